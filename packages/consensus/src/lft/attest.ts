import { attestStatement, type Execution, type ExecutionCertificate } from "@dure/types";
import { verifyExecutionCertificate } from "../verify-certificate.ts";
import { type Context as LftContext, refuse, send, signaturesOf } from "./context.ts";
import type { Attestation } from "./message.ts";
import type { HeightAttestations, State } from "./state.ts";

/** What attesting needs of an engine's state: any engine's that has these. */
type Context = Pick<LftContext, "config" | "set" | "effects" | "from"> & {
  readonly state: Pick<
    State,
    "head" | "voting" | "attestations" | "executed" | "attested" | "execution" | "alarmed"
  >;
};

/** Heights beyond the committed head whose attestations are kept: others may be ahead of us. */
const AHEAD_MAX = 256;
/** How many heights below the newest certified one are remembered, for comparison and for late certificates. */
const REMEMBERED = 1024;

const keyOf = (execution: Execution): string => `${execution.stateRoot ?? "-"} ${execution.receiptsRoot}`;

/** The newest height that a quorum attested, as far as this node knows. */
const certifiedHeight = (context: Context): number => context.state.execution?.height ?? 0;

const compare = (context: Context, certified: Execution, own: Execution | undefined): void => {
  if (own === undefined || keyOf(own) === keyOf(certified)) return;
  context.effects.push({ type: "diverged", height: own.height, fatal: true });
};

const forgetBelow = ({ state }: Context, height: number): void => {
  for (const map of [state.attested, state.attestations, state.executed]) {
    for (const at of map.keys()) if (at < height) map.delete(at);
  }
};

/** Whether attestations of a height are still worth counting. */
const isOpen = ({ state }: Context, height: number): boolean =>
  height > (state.execution?.height ?? 0) - REMEMBERED &&
  height <= state.head.height + AHEAD_MAX &&
  !state.attested.has(height);

/** A valid execution certificate, formed here or carried by a header or a peer's head. */
export const onCertifiedExecution = (context: Context, certificate: ExecutionCertificate): void => {
  const { state, effects } = context;
  compare(context, certificate, state.executed.get(certificate.height));
  if (state.attested.has(certificate.height)) return;
  state.attested.set(certificate.height, certificate);
  state.attestations.delete(certificate.height);
  state.executed.delete(certificate.height);
  if (certificate.height > certifiedHeight(context)) state.execution = certificate;
  effects.push({ type: "attested", certificate });
  forgetBelow(context, certifiedHeight(context) - REMEMBERED);
};

/** A certificate from a peer's head: checked, then kept. */
export const onExecutionCertificate = (context: Context, certificate: ExecutionCertificate): void => {
  if (certificate.height <= certifiedHeight(context)) return;
  if (verifyExecutionCertificate(context.set, certificate)) onCertifiedExecution(context, certificate);
  else refuse(context, "an execution certificate does not verify");
};

/** A blocking set that attests otherwise than this node: an alarm, once a height (rule 17). */
const checkAlarm = (context: Context, height: number, attestations: HeightAttestations): void => {
  const { state, effects, set } = context;
  const own = state.executed.get(height);
  if (own === undefined || state.alarmed.has(height)) return;
  for (const [key, { signatures }] of attestations) {
    if (key === keyOf(own) || !set.quorums.isBlocking(signatures.keys())) continue;
    state.alarmed.add(height);
    effects.push({ type: "diverged", height, fatal: false });
  }
};

const count = (context: Context, { execution, signer, signature }: Attestation): void => {
  const { state, set } = context;
  const attestations: HeightAttestations = state.attestations.get(execution.height) ?? new Map();
  state.attestations.set(execution.height, attestations);
  const key = keyOf(execution);
  const tally = attestations.get(key) ?? { execution, signatures: new Map() };
  attestations.set(key, tally);
  tally.signatures.set(signer, signature);
  checkAlarm(context, execution.height, attestations);
  if (!set.quorums.isQuorum(tally.signatures.keys())) return;
  onCertifiedExecution(context, { ...execution, signatures: signaturesOf(context, tally.signatures) });
};

const hasAttested = (context: Context, { execution, signer }: Attestation): boolean =>
  [...(context.state.attestations.get(execution.height)?.values() ?? [])].some((tally) =>
    tally.signatures.has(signer),
  );

/** A validator's attestation (rule 17). One a height and validator is counted. */
export const onAttestation = (context: Context, message: Attestation): void => {
  const { config } = context;
  const { execution, signer, signature } = message;
  if (!isOpen(context, execution.height) || hasAttested(context, message)) return;
  const validator = config.validators[signer];
  const statement = attestStatement(config.channelId, execution);
  if (execution.epoch !== config.epoch || validator === undefined)
    return refuse(context, "an attestation of no validator");
  if (!config.suite.verify(validator.publicKey, statement, signature))
    return refuse(context, "an attestation's signature");
  count(context, message);
};

/** Sends this node's attestation of one height to all. */
const attest = (context: Context, execution: Execution): Attestation | undefined => {
  const { config, state } = context;
  if (!state.voting || config.self === undefined) return undefined;
  const signature = config.suite.sign(config.self.seed, attestStatement(config.channelId, execution));
  const message: Attestation = { type: "attest", execution, signer: config.self.index, signature };
  send(context, "all", message);
  return message;
};

/** This node executed a committed height: attests it, and compares it with what a quorum attested. */
export const onExecuted = (context: Context, execution: Execution): void => {
  const { state } = context;
  const certified = state.attested.get(execution.height);
  if (certified !== undefined) compare(context, certified, execution);
  if (!isOpen(context, execution.height)) return;
  state.executed.set(execution.height, execution);
  const message = attest(context, execution);
  if (message !== undefined) count(context, message);
  else checkAlarm(context, execution.height, state.attestations.get(execution.height) ?? new Map());
};

/** Attestations that may have been lost are sent again: the lowest ones first, a few at a time. */
export const attestAgain = (context: Context): void => {
  const unattested = [...context.state.executed.values()].sort((a, b) => a.height - b.height);
  for (const execution of unattested.slice(0, 16)) attest(context, execution);
};
