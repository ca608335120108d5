import { type Certificate, parseRequest, pemOf, type Verifier } from "@dure/crypto/x509";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { z } from "zod";
import { type Authorise, type NotAuthorised, REQUEST_LIFE_S } from "./administrator.ts";
import type { Conf } from "./conf.ts";
import { RadioStationError } from "./error.ts";
import type { Home } from "./home.ts";
import { issueRecorded } from "./issuance.ts";
import { createIssuedCertificates } from "./issued-certificates.ts";
import { checkSubject } from "./names.ts";

/** What the routes of administration work on. */
export type Administration = {
  readonly home: Home;
  readonly conf: Conf;
  readonly authorise: Authorise;
  readonly suite: Verifier;
  /** How long a certificate lives that is issued now. */
  readonly certificateLifeMs: () => number;
  readonly nowMs: () => number;
  readonly logger: Logger;
};

const CODE = { success: 0, fail: -1, parameters: -6, notHandled: -999 } as const;
const CERT_TYPE = { sign: 0, ca: 2 } as const;
/** The codes that REST refuses with, and their HTTP status. */
export const REST_REFUSAL_STATUS = {
  UNAUTHENTICATED: 401,
  ROLE_NOT_ALLOWED: 403,
  RATE_EXCEEDED: 429,
} as const;

/** An answer of v1 to what changes something. */
type Done = { readonly response_code: number; readonly message: string; readonly data?: object };

const subjectOf = ({ commonName, organisation, roles }: Certificate): string =>
  [`CN=${commonName}`, `O=${organisation}`, ...roles.map((role) => `OU=${role}`)].join(",");

const certificateItem = (certificate: Certificate, root: Certificate, certType: number): object => ({
  cert_type: certType,
  subject: subjectOf(certificate),
  issuer: subjectOf(root),
  serial_number: certificate.serial,
  not_after: new Date(certificate.notAfterMs).toISOString(),
  cert_pem: pemOf("CERTIFICATE", certificate.der),
});

const bodyOf = (request: FastifyRequest): Uint8Array =>
  request.body instanceof Uint8Array ? request.body : new Uint8Array();

const jsonOf = (request: FastifyRequest): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bodyOf(request)));
  } catch {
    return undefined;
  }
};

/** What is logged of a body: a whole setting, and enough of a certificate request to know it again. */
const LOGGED_CHARACTERS = 256;

const refuse = (reply: FastifyReply, { code, message }: NotAuthorised): object => {
  if (code === "UNAUTHENTICATED") reply.header("www-authenticate", "Dure");
  if (code === "RATE_EXCEEDED") reply.header("retry-after", REQUEST_LIFE_S);
  const response_code = code === "RATE_EXCEEDED" ? CODE.notHandled : CODE.fail;
  return reply.code(REST_REFUSAL_STATUS[code]).send({ response_code, code, message });
};

/** Runs the work if an administrator signed this very request; answers with the refusal otherwise. */
const asAdministrator = async (
  { authorise, logger }: Administration,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<Done>,
): Promise<object> => {
  const { method, url: path } = request;
  const body = bodyOf(request);
  const judged = await authorise(request.headers.authorization, { method, path, body });
  if (!judged.ok) {
    // Who has no certificate of ours could fill the log.
    logger[judged.code === "UNAUTHENTICATED" ? "debug" : "warn"](
      { path, ...judged },
      "refused to administer",
    );
    return refuse(reply, judged);
  }
  const { commonName: administrator, serial } = judged.administrator;
  const asked = new TextDecoder().decode(body).slice(0, LOGGED_CHARACTERS);
  const answer = await work();
  const { response_code, message } = answer;
  logger.info({ administrator, serial, path, asked, response_code, message }, "administration");
  return answer;
};

const ConfBody = z.strictObject({ name: z.string().max(64), value: z.unknown() });

const IssueBody = z.strictObject({
  /** PKCS#10 in base64. */
  request: z.base64().max(16_384),
  roles: z
    .array(z.enum(["peer", "client", "admin", "auditor"]))
    .min(1)
    .max(4),
});

const parameters = (message: string): Done => ({ response_code: CODE.parameters, message });

const issuePeer = async (administration: Administration, body: unknown): Promise<Done> => {
  const parsed = IssueBody.safeParse(body);
  if (!parsed.success) return parameters('the body is {"request": base64 of PKCS#10, "roles": ["peer"]}');
  const { home, suite, certificateLifeMs, nowMs } = administration;
  const { roles } = parsed.data;
  const request = new Uint8Array(Buffer.from(parsed.data.request, "base64"));
  const read = parseRequest(suite, request);
  if (!read.ok) return parameters(`the certificate request is refused: ${read.message}`);
  const { organisation } = home.root;
  try {
    checkSubject(read.request.commonName, organisation, roles);
  } catch (error) {
    if (error instanceof RadioStationError) return parameters(error.message);
    throw error;
  }
  if (read.request.organisation !== organisation) return parameters(`the request must be of ${organisation}`);
  const issuance = { request, roles, nowMs: nowMs(), lifeMs: certificateLifeMs() };
  const issued = await issueRecorded(home, suite, issuance);
  if (!issued.ok) return parameters(issued.message);
  const { serial, commonName, der } = issued.certificate;
  return {
    response_code: CODE.success,
    message: `issued ${serial} to ${commonName}`,
    data: { serial_number: serial, cert_pem: pemOf("CERTIFICATE", der) },
  };
};

/** The answer that lists certificates, written once for each list: it is long, and anyone may ask for it. */
const listWriter = (root: Certificate): ((certificates: readonly Certificate[]) => Uint8Array) => {
  let listed: readonly Certificate[] | undefined;
  let bytes = new Uint8Array();
  return (certificates) => {
    if (certificates === listed) return bytes;
    const data = certificates.map((each) => certificateItem(each, root, CERT_TYPE.sign));
    bytes = new TextEncoder().encode(JSON.stringify({ response_code: CODE.success, data }));
    listed = certificates;
    return bytes;
  };
};

/** Why the authority's own certificate is not issued anew. */
const ROOT_STANDS =
  "the authority's certificate is not issued anew: channels pin it by its bytes in their genesis, and would refuse every certificate of another. A new authority is another organisation of a channel's configuration";

/** Adds v1's routes of administration: reads are open, as in loopchain; what changes something wants an administrator. */
export const routesOfAdministration = (app: FastifyInstance, administration: Administration): void => {
  const { home, conf } = administration;
  const issued = createIssuedCertificates(home);
  const written = listWriter(home.root);
  app.get("/api/v1/conf", async (request) => {
    const { name } = request.query as { readonly name?: unknown };
    if (name === undefined) return { response_code: CODE.success, data: conf.list() };
    const item = conf.list().find((each) => each.name === name);
    return item === undefined
      ? { response_code: CODE.fail, message: "There is no setting of this name" }
      : { response_code: CODE.success, data: item };
  });
  app.post("/api/v1/conf", async (request, reply) =>
    asAdministrator(administration, request, reply, async () => {
      const body = ConfBody.safeParse(jsonOf(request));
      if (!body.success) return parameters('the body is {"name": …, "value": …}');
      const changed = await conf.set(body.data.name, body.data.value);
      return changed.ok ? { response_code: CODE.success, message: "success" } : parameters(changed.message);
    }),
  );
  app.get("/api/v1/cert/list/ca", async () => ({
    response_code: CODE.success,
    data: certificateItem(home.root, home.root, CERT_TYPE.ca),
  }));
  app.get("/api/v1/cert/list/peer", async (_request, reply) =>
    reply.type("application/json; charset=utf-8").send(written(await issued())),
  );
  app.post("/api/v1/cert/issue/peer", async (request, reply) =>
    asAdministrator(administration, request, reply, () => issuePeer(administration, jsonOf(request))),
  );
  app.post("/api/v1/cert/issue/ca", async (request, reply) =>
    asAdministrator(administration, request, reply, async () => ({
      response_code: CODE.fail,
      message: ROOT_STANDS,
    })),
  );
  for (const kind of ["ca", "peer"])
    app.get(`/api/v1/cert/issue/${kind}`, async (_request, reply) =>
      reply.code(405).header("allow", "POST").send({
        response_code: CODE.fail,
        message:
          "POST it, signed by an administrator: reading must change nothing. See `dure cert issue --help`",
      }),
    );
};
