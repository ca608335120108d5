/**
 * The shop in the browser: signs here, pays through whichever peer answers, and shows each payment pending, then final
 * and proven. `?peers=URL,URL&holder=NAME` says whom to ask and whom to pay; the genesis document is the shop's own file.
 */
import { ClientError, call, connect, readIdentity } from "@dure/client";
import { amountOf, CATALOGUE, type Item, REFERENCE_MAX } from "../order.ts";

const parameters = new URLSearchParams(location.search);
const peers = (parameters.get("peers") ?? "http://127.0.0.1:9000,http://127.0.0.1:9100").split(",");
const holder = parameters.get("holder") ?? "bob@devnet";

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const fileOf = async (id: string): Promise<string> => {
  const [file] = element<HTMLInputElement>(id).files ?? [];
  if (file === undefined) throw new Error(`choose your ${id} first: a PEM file`);
  return file.text();
};

const genesis = await (await fetch("./genesis.json")).text();
const client = await connect({ genesis, peers });

/** Pays, and says in the list what has come of it. */
const pay = async (item: Item): Promise<void> => {
  const line = document.createElement("li");
  element("payments").append(line);
  try {
    const customer = readIdentity(await fileOf("certificate"), await fileOf("key"));
    const reference = 1 + Math.floor(Math.random() * REFERENCE_MAX);
    line.textContent = `${item.name}: pending…`;
    const startMs = performance.now();
    const params = { to: holder, amount: amountOf(item, reference) };
    const paid = await call(client, customer, { score: "token", method: "transfer", params });
    const tookMs = Math.round(performance.now() - startMs);
    line.textContent =
      paid.receipt.code === 0
        ? `${item.name}, order ${reference}: final in block ${paid.height} and proven, after ${tookMs} ms`
        : `${item.name}: refused: ${paid.receipt.message}`;
    line.dataset["transaction"] = paid.id;
  } catch (error) {
    const why = error instanceof ClientError ? `${error.message} (${error.code})` : (error as Error).message;
    line.textContent = `${item.name}: not paid: ${why}`;
  }
};

for (const item of CATALOGUE) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `${item.name}, ${item.price} tokens`;
  button.addEventListener("click", () => void pay(item));
  element("catalogue").append(button);
}
