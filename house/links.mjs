/** Every local link in the Markdown of the repository leads somewhere: to a file, a directory, a heading. */
import { existsSync } from "node:fs";
import { join, posix } from "node:path";

/** Blanks out code, which may hold brackets and parentheses that are no links, and keeps the lines' count. */
const withoutCode = (text) =>
  text
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, ""))
    .replace(/`[^`\n]*`/g, "code");

/** `{ target, line }` of every inline link, image and reference definition. */
const linksIn = (text) =>
  withoutCode(text)
    .split("\n")
    .flatMap((line, at) =>
      [
        ...line.matchAll(/\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+"[^"]*")?\s*\)/g),
        ...line.matchAll(/^\s{0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/g),
      ].map((match) => ({ target: match[1], line: at + 1 })),
    );

/** The anchors that GitHub gives to a page's headings. */
const anchorsOf = (text) => {
  const seen = new Map();
  const headings = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "").matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm);
  const anchors = [...headings].map(([, heading]) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  const named = [...text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)].map((match) => match[1]);
  return new Set([...anchors, ...named]);
};

const finding = (tree, path, target) => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith("//")) return undefined;
  const [file, anchor] = target.split("#").map(decodeURIComponent);
  const resolved =
    file === ""
      ? path
      : posix.normalize(file.startsWith("/") ? file.slice(1) : posix.join(posix.dirname(path), file));
  if (resolved.startsWith("..")) return `${target} leads out of the repository`;
  if (!existsSync(join(tree.root, resolved))) return `${target} leads nowhere`;
  if (anchor === undefined || anchor === "" || !resolved.endsWith(".md")) return undefined;
  return anchorsOf(tree.text(resolved)).has(anchor) ? undefined : `${target} names no heading`;
};

/** Returns a sentence per link that does not resolve. */
export const brokenLinks = (tree) =>
  tree.files
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) =>
      linksIn(tree.text(path)).flatMap(({ target, line }) => {
        const broken = finding(tree, path, target);
        return broken === undefined ? [] : [`${path}:${line}: ${broken}`];
      }),
    );
