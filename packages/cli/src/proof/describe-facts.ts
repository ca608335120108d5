import type { BlockFacts, ProofFacts, StateFacts, TransactionFacts, Trust } from "@dure/ledger/proof";
import { decodeText, type Receipt, toBase64 } from "@dure/types";

/**
 * What a proof shows, for people and for programs. Its texts were written by strangers: people see them as JSON in which
 * nothing can speak to a terminal or turn the direction of writing.
 */

/** JSON text as a value. A receipt's texts are JSON by the rules of its host; anything else is shown as the text it is. */
const jsonOf = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
};

/** Bytes as their JSON value or text, or in base64 where they are no text. */
const contentOf = (bytes: Uint8Array): unknown => {
  const text = decodeText(bytes);
  return text === undefined ? { base64: toBase64(bytes) } : jsonOf(text);
};

const receiptObject = ({ code, message, result, events }: Receipt) => ({
  code,
  message,
  result: jsonOf(result),
  events: events.map((event) => ({ ...event, data: jsonOf(event.data) })),
});

/** A state key as its SCORE and the SCORE's own key; of another form as a whole. */
const keyObject = (key: Uint8Array) => {
  const text = decodeText(key);
  const at = text?.indexOf("\0") ?? -1;
  return text === undefined || at < 0
    ? { key: contentOf(key) }
    : { score: text.slice(0, at), key: text.slice(at + 1) };
};

const transactionObject = (facts: TransactionFacts) => {
  const { kind, id, height, index, timestampMs, blockId, transaction, receipt } = facts;
  const { sender, score, expiryMs, payload } = transaction;
  const result = receipt === undefined ? null : receiptObject(receipt);
  const place = { height, index, timestampMs, blockId };
  return { kind, id, ...place, sender, score, expiryMs, payload: contentOf(payload), receipt: result };
};

const blockObject = ({ kind, id, header, transactions, receipts }: BlockFacts) => {
  const { height, view, epoch, parentId, timestampMs, proposer, transactionCount } = header;
  return {
    kind,
    id,
    ...{ height, view, epoch, parentId, timestampMs, proposer, transactionCount },
    transactions: transactions?.map((transaction) => transaction.id) ?? null,
    receipts: receipts?.map(receiptObject) ?? null,
  };
};

const stateObject = ({ kind, height, key, value, version, stateRoot }: StateFacts) => ({
  kind,
  height,
  ...keyObject(key),
  present: value !== undefined,
  value: value === undefined ? null : contentOf(value),
  version: version ?? null,
  stateRoot,
});

/** What is proven, as one JSON object. */
export const factsObject = ({ channelId, config }: Trust, facts: ProofFacts): object => {
  const common = { proven: true, channel: config.name, channelId };
  switch (facts.kind) {
    case "transaction":
      return { ...common, ...transactionObject(facts) };
    case "block":
      return { ...common, ...blockObject(facts) };
    case "state":
      return { ...common, ...stateObject(facts) };
  }
};

/** A time that a date can hold; genesis and rules bound it, but a quorum could sign for any. */
const timeOf = (ms: number): string => (ms <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`);

/** What JSON leaves as it is and a terminal may obey: controls, and marks of format, direction and lines. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escaped = (control: string): string =>
  Array.from(
    { length: control.length },
    (_, at) => `\\u${control.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");

const shown = (value: unknown): string => JSON.stringify(value).replace(CONTROLS, escaped);

const receiptLines = (receipt: Receipt): readonly string[] => {
  const { code, message, result, events } = receiptObject(receipt);
  const head =
    code === 0
      ? `executed with the result ${shown(result)}`
      : `executed and refused with code ${code}: ${shown(message)}`;
  return [
    head,
    ...events.map(({ score, name, data }) => `event ${shown(name)} of ${shown(score)}: ${shown(data)}`),
  ];
};

const transactionLines = (facts: TransactionFacts): readonly string[] => [
  `transaction ${facts.id}`,
  `sent by ${facts.transaction.sender}, the hash of the sender's certificate`,
  `final in block ${facts.height} at ${facts.index}, ${facts.blockId}`,
  `the block's time is ${timeOf(facts.timestampMs)}`,
  `its content is ${shown(contentOf(facts.transaction.payload))}`,
  ...(facts.receipt === undefined ? ["no result is shown"] : receiptLines(facts.receipt)),
];

const blockLines = ({ id, header, transactions, receipts }: BlockFacts): readonly string[] => [
  `block ${header.height}, ${id}`,
  `its time is ${timeOf(header.timestampMs)}, its parent ${header.parentId}`,
  transactions === undefined
    ? `it has ${header.transactionCount} transactions, which are not shown`
    : `these are all its ${transactions.length} transactions, in order:`,
  ...(transactions ?? []).map(
    (transaction, at) => `  ${transaction.id}${receipts === undefined ? "" : ` code ${receipts[at]?.code}`}`,
  ),
];

const stateLines = (facts: StateFacts): readonly string[] => {
  const { value, version, height, ...rest } = stateObject(facts);
  const name = rest.score === undefined ? shown(rest.key) : `${shown(rest.key)} of ${shown(rest.score)}`;
  return rest.present
    ? [
        `after height ${height} the key ${name} held ${shown(value)}`,
        version?.height === 0
          ? "written by the genesis"
          : `written by transaction ${version?.index} of block ${version?.height}`,
      ]
    : [`after height ${height} the key ${name} held nothing`];
};

const linesOf = (facts: ProofFacts): readonly string[] => {
  switch (facts.kind) {
    case "transaction":
      return transactionLines(facts);
    case "block":
      return blockLines(facts);
    case "state":
      return stateLines(facts);
  }
};

/** What is proven, in sentences. */
export const describeFacts = ({ channelId, config }: Trust, facts: ProofFacts): string =>
  [`Proven in channel ${config.name}, ${channelId}:`, ...linesOf(facts)].join("\n");
