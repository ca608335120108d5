import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { gather } from "../arguments.ts";
import { table } from "../devnet/table.ts";
import { CliError } from "../error.ts";
import { certificatesIn, issuedPemIn } from "../station/answers.ts";
import type { StationOptions } from "../station/ask-station.ts";
import { withStation } from "./conf.ts";
import { type OutputOptions, show } from "./output.ts";
import { withIdentity } from "./target-options.ts";

type Options = StationOptions & OutputOptions;

const list = async (kind: string, options: Options): Promise<void> => {
  if (kind !== "ca" && kind !== "peer") throw new CliError("USAGE", "list the certificates of ca or of peer");
  const { readStation } = await import("../station/ask-station.ts");
  const { data } = await readStation(options, `/api/v1/cert/list/${kind}`);
  const items = certificatesIn(data);
  show(options, data, () =>
    table(
      ["subject", "serial", "valid until"],
      items.map(({ subject, serial_number, not_after }) => [subject, serial_number, not_after.slice(0, 10)]),
    ),
  );
};

const requestOf = async (path: string): Promise<string> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new CliError("FILE_UNREADABLE", `${path} cannot be read: name a certificate request in PEM`, {
      cause,
    });
  }
  const { derOfPem } = await import("@dure/crypto/x509");
  const der = derOfPem("CERTIFICATE REQUEST", text);
  if (der !== undefined) return Buffer.from(der).toString("base64");
  throw new CliError("REQUEST_REFUSED", `${path} is no certificate request in PEM`);
};

const issue = async (
  path: string,
  options: Options & { readonly role: readonly string[] },
): Promise<void> => {
  const body = { request: await requestOf(path), roles: options.role };
  const { changeStation } = await import("../station/ask-station.ts");
  const { data } = await changeStation(options, "/api/v1/cert/issue/peer", body);
  const pem = issuedPemIn(data);
  show(options, data, () => pem);
};

/** Adds `dure cert list` and `dure cert issue`. */
export const addCert = (program: Command): void => {
  const cert = program.command("cert").description("see and issue a RadioStation's certificates");
  withStation(cert.command("list <kind>"))
    .description("list the certificates issued (peer), or the authority's own (ca)")
    .action(list);
  withIdentity(withStation(cert.command("issue <file>")))
    .description("issue a certificate for a request in PEM, as an administrator; prints it")
    .requiredOption("--role <role>", "peer, client, admin or auditor; may be repeated", gather)
    .action(issue);
};
