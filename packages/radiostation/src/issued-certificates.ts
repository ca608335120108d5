import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificate, derOfPem, parseCertificate } from "@dure/crypto/x509";
import type { Home } from "./home.ts";

/** Certificates shown; the newest are what an administrator looks for. */
const LISTED_MAX = 1_000;

const SUFFIX = ".pem";

/**
 * What was issued in a home, whoever issued it there, the newest first and at most 1,000. Anyone may ask for it, as
 * often as the rate allows; so a file is read once, for what was issued never changes, and those who ask while one
 * reading goes on share the next, which shows them whatever was issued before they asked. The list is the same object
 * until there is something new.
 */
export const createIssuedCertificates = (home: Home): (() => Promise<readonly Certificate[]>) => {
  const directory = join(home.path, "issued");
  const listed = new Map<string, Certificate>();
  let list: readonly Certificate[] = [];
  /** Files that need no reading any more: older than all that are listed, or no certificates. */
  const passed = new Set<string>();
  let current: Promise<readonly Certificate[]> | undefined;
  let next: Promise<readonly Certificate[]> | undefined;

  const read = async (): Promise<readonly Certificate[]> => {
    const names = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    const isNew = (name: string) => name.endsWith(SUFFIX) && !listed.has(name) && !passed.has(name);
    const unread = names.filter(isNew);
    if (unread.length === 0) return list;
    for (const name of unread) {
      const der = derOfPem("CERTIFICATE", await readFile(join(directory, name), "utf8"));
      const parsed = der === undefined ? undefined : parseCertificate(der);
      if (parsed?.ok) listed.set(name, parsed.certificate);
      else passed.add(name);
    }
    const newestFirst = [...listed].sort(([, a], [, b]) => b.notBeforeMs - a.notBeforeMs);
    for (const [name] of newestFirst.splice(LISTED_MAX)) {
      listed.delete(name);
      passed.add(name);
    }
    list = newestFirst.map(([, certificate]) => certificate);
    return list;
  };
  const start = (): Promise<readonly Certificate[]> => {
    next = undefined;
    current = read().finally(() => {
      current = undefined;
    });
    return current;
  };
  return () => {
    if (current === undefined) return start();
    next ??= current.then(start, start);
    return next;
  };
};
