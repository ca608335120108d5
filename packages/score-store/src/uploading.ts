import {
  type InvokeContext,
  integerParam,
  type JsonObject,
  type QueryContext,
  refuse,
  textParam,
} from "@dure/score";
import { administeredBy } from "./context.ts";
import { declarationOf, packageHash, readPackage, type ScorePackage } from "./package.ts";
import { type Records, recordsOf, type ScoreRecord, type Upload } from "./records.ts";

/** How packages come onto the chain: in parts that fit a transaction, then checked as a whole. */

const PARTS_MAX = 256;
const PART_CHARS_MAX = 65_536;
/** How many packages an organisation may have uploaded without registering them. The oldest makes room. */
const UPLOADS_MAX = 16;

export const NO_SCORE: ScoreRecord = { versions: 0, steps: 0, current: -1, scheduled: "" };

/** Returns the parameter `hash`. @throws Refusal */
export const hashParam = (params: JsonObject): string => {
  const hash = textParam(params, "hash", 64);
  return /^[0-9a-f]{64}$/.test(hash) ? hash : refuse("hash must be 64 lower-case hexadecimal digits");
};

const partKey = (hash: string, organisation: string, index: number): string =>
  `${hash}/${organisation}/${index}`;

const forget = ({ parts }: Records, organisation: string, { hash, of }: Upload): void => {
  for (let index = 0; index < of; index++) parts.delete(partKey(hash, organisation, index));
};

/** Takes one part of a package. Parts are an organisation's own until all of them are registered. */
export const upload = (ctx: InvokeContext, params: JsonObject) => {
  const organisation = administeredBy(ctx);
  const hash = hashParam(params);
  const of = integerParam(params, "of", 1, PARTS_MAX);
  const index = integerParam(params, "index", 0, of - 1);
  const text = textParam(params, "text", PART_CHARS_MAX);
  const records = recordsOf(ctx.state);
  if (records.packages.has(hash)) return { hash, registered: true };
  const uploads = records.uploads.get(organisation) ?? [];
  const begun = uploads.find((other) => other.hash === hash);
  if (begun?.of !== of) {
    const [...others] = uploads.filter((other) => other !== begun);
    // The same package in other parts begins anew.
    const dropped = begun ?? (others.length >= UPLOADS_MAX ? others.shift() : undefined);
    if (dropped !== undefined) forget(records, organisation, dropped);
    records.uploads.set(organisation, [...others, { hash, of }]);
  }
  records.parts.set(partKey(hash, organisation, index), text);
  return { hash, registered: false };
};

const joined = ({ parts }: Records, organisation: string, { hash, of }: Upload): string => {
  const texts = Array.from({ length: of }, (_, index) => parts.get(partKey(hash, organisation, index)));
  const missing = texts.indexOf(undefined);
  if (missing >= 0) refuse(`part ${missing} of ${of} is missing`, { missing });
  return texts.join("");
};

const write = (ctx: InvokeContext, organisation: string, { hash, of }: Upload, score: ScorePackage) => {
  const records = recordsOf(ctx.state);
  const { id, version, functions } = score;
  const record = records.scores.get(id) ?? NO_SCORE;
  const index = record.versions;
  records.scores.set(id, { ...record, versions: index + 1 });
  records.versions.set(`${id}/${index}`, {
    version,
    hash,
    height: ctx.block.height,
    organisation,
    migrate: functions.migrate,
    rollback: functions.rollback,
  });
  records.newest.set(`${id}/${version}`, index);
  const declaration = declarationOf(score);
  records.packages.set(hash, { score: id, index, parts: of, organisation, declaration });
  return { score: id, version, hash, index };
};

/** Checks an uploaded package and keeps it as a version of its SCORE. Registering it again changes nothing. */
export const register = (ctx: InvokeContext, params: JsonObject) => {
  const organisation = administeredBy(ctx);
  const hash = hashParam(params);
  const records = recordsOf(ctx.state);
  const known = records.packages.get(hash);
  if (known !== undefined) {
    const { score, index, declaration } = known;
    return { score, version: declaration.version, hash, index };
  }
  const uploads = records.uploads.get(organisation) ?? [];
  const begun =
    uploads.find((other) => other.hash === hash) ??
    refuse(`${organisation} has uploaded no package of this hash`);
  const text = joined(records, organisation, begun);
  if (packageHash(text, (all) => ctx.crypto.sha256(all)) !== hash)
    refuse("the parts are not the package of this hash");
  const read = readPackage(text);
  if (!read.ok) return refuse(`this is no package: ${read.message}`);
  const registered = write(ctx, organisation, begun, read.package);
  records.uploads.set(
    organisation,
    uploads.filter((other) => other !== begun),
  );
  ctx.emit("registered", { ...registered, organisation });
  return registered;
};

/** Returns what a registered package declares, or with `part` the text of that part. */
export const packageOf = (ctx: QueryContext, params: JsonObject) => {
  const hash = hashParam(params);
  const records = recordsOf(ctx.state);
  const { parts, organisation, index, score, declaration } =
    records.packages.get(hash) ?? refuse("no package of this hash is registered");
  if (params.part === undefined) return { hash, score, index, organisation, parts, declaration };
  const part = integerParam(params, "part", 0, parts - 1);
  return { hash, part, text: records.parts.get(partKey(hash, organisation, part)) ?? "" };
};
