import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Certificate, derOfPem, parseCertificate } from "@dure/crypto/x509";
import type { Home } from "./home.ts";

/** Certificates shown; the newest are what an administrator looks for. */
const LISTED_MAX = 1_000;

const SUFFIX = ".pem";

/**
 * What was issued in a home, whoever issued it there, the newest first and at most 1,000. Anyone may ask for it, as often as the rate
 * allows; so a file is read once, for what was issued never changes, and those who ask at one time share one reading.
 */
export const createIssuedCertificates = (home: Home): (() => Promise<readonly Certificate[]>) => {
  const directory = join(home.path, "issued");
  const known = new Map<string, Certificate>();
  let reading: Promise<readonly Certificate[]> | undefined;

  const read = async (): Promise<readonly Certificate[]> => {
    const names = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    for (const name of names.filter((each) => each.endsWith(SUFFIX) && !known.has(each))) {
      const der = derOfPem("CERTIFICATE", await readFile(join(directory, name), "utf8").catch(() => ""));
      const parsed = der === undefined ? undefined : parseCertificate(der);
      if (parsed?.ok) known.set(name, parsed.certificate);
    }
    return [...known.values()].sort((a, b) => b.notBeforeMs - a.notBeforeMs).slice(0, LISTED_MAX);
  };
  return () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
};
