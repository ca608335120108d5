/** The report as one HTML page with its plots, which needs nothing from anywhere. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Report } from "./run.ts";
import { rowsOf } from "./table.ts";

type Plot = {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly isLogarithmic: boolean;
  readonly xs: readonly number[];
  readonly series: readonly { readonly name: string; readonly ys: readonly number[] }[];
};

const plotsOf = ({ loads, growth }: Report): readonly Plot[] => [
  {
    title: "Latency until final, by load",
    x: "transactions a second",
    y: "ms",
    isLogarithmic: false,
    xs: loads.map(({ perSecond }) => perSecond),
    series: (["p50", "p99", "p999"] as const).map((name) => ({
      name,
      ys: loads.map(({ loaded }) => loaded.latencyMs[name]),
    })),
  },
  ...Object.entries(growth).map(([name, points]): Plot => {
    const xs = points.map(({ at }) => Number(at));
    return {
      title: `Throughput, by ${name}`,
      x: name,
      y: "transactions a second",
      isLogarithmic: Math.max(...xs) > 100 * Math.min(...xs),
      xs,
      series: [{ name: "transactions a second", ys: points.map(({ perSecond }) => perSecond) }],
    };
  }),
];

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Ends no script element early, whatever stands in the data. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const DRAW = `
for (const plot of plots) {
  const place = document.getElementById("plots").appendChild(document.createElement("div"));
  const colours = ["#1864ab", "#e67700", "#c92a2a"];
  new uPlot({
    title: plot.title, width: 640, height: 320,
    scales: { x: { time: false, ...(plot.isLogarithmic ? { distr: 3 } : {}) }, y: { range: (_, __, max) => [0, max * 1.1] } },
    axes: [{ label: plot.x }, { label: plot.y, size: 70 }],
    series: [{ label: plot.x }, ...plot.series.map(({ name }, at) => ({ label: name, stroke: colours[at], width: 2, points: { show: true } }))],
  }, [plot.xs, ...plot.series.map(({ ys }) => ys)], place);
}`;

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; color: #212529; background: #fff; }
table { border-collapse: collapse; } td { border-top: 1px solid #dee2e6; padding: 0.25rem 1.5rem 0.25rem 0; vertical-align: top; }
#plots { display: flex; flex-wrap: wrap; gap: 2rem; margin-top: 2rem; }`;

export const pageOf = (report: Report): string => {
  const file = (name: string): string =>
    readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), "utf8");
  const rows = rowsOf(report).map(
    ([name, value]) => `<tr><td>${escaped(name)}</td><td>${escaped(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>dure: benchmark of ${escaped(report.startedAt)}</title>
<style>${file("uPlot.min.css")}${STYLE}</style>
<h1>dure: benchmark</h1><p>${escaped(report.startedAt)}</p>
<table>${rows.join("")}</table><div id="plots"></div>
<script>${file("uPlot.iife.min.js")}</script>
<script>const plots = ${inScript(plotsOf(report))};${DRAW}</script></html>
`;
};
