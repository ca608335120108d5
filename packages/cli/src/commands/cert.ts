import { readFile } from "node:fs/promises";
import { derOfPem } from "@dure/crypto/x509";
import type { Command } from "commander";
import { changeStation, readStation, type StationOptions } from "../administration/ask-station.ts";
import { gather } from "../arguments.ts";
import { table } from "../devnet/table.ts";
import { CliError } from "../error.ts";
import { withStation } from "./conf.ts";
import { type OutputOptions, show } from "./output.ts";
import { withIdentity } from "./target-options.ts";

type Options = StationOptions & OutputOptions;
type Item = { readonly subject: string; readonly serial_number: string; readonly not_after: string };

const list = async (kind: string, options: Options): Promise<void> => {
  if (kind !== "ca" && kind !== "peer") throw new CliError("USAGE", "list the certificates of ca or of peer");
  const { data } = await readStation(options, `/api/v1/cert/list/${kind}`);
  const items = (Array.isArray(data) ? data : [data]) as readonly Item[];
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
  const der = derOfPem("CERTIFICATE REQUEST", text);
  if (der !== undefined) return Buffer.from(der).toString("base64");
  throw new CliError("REQUEST_REFUSED", `${path} is no certificate request in PEM`);
};

const issue = async (
  path: string,
  options: Options & { readonly role: readonly string[] },
): Promise<void> => {
  const body = { request: await requestOf(path), roles: options.role };
  const answer = await changeStation(options, "/api/v1/cert/issue/peer", body);
  const { cert_pem } = answer["data"] as { readonly cert_pem: string };
  show(options, answer["data"], () => cert_pem.trimEnd());
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
