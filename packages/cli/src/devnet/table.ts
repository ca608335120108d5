import { outColours as pc } from "../colours.ts";

/** A table in plain text: columns as wide as their widest cell, two spaces apart, with a bold heading. */
export const table = (heading: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [pc.bold(lineOf(heading)), ...rows.map(lineOf)].join("\n");
};
