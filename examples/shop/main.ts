/**
 * The till: `node examples/dist/shop/main.js --genesis FILE --holder bob@devnet --book FILE PEER…`. Prints each payment
 * as it becomes final and is proven, one JSON object a line, and goes on where it stopped.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { connect, follow } from "@dure/client";
import { type Book, booked, EMPTY } from "./book.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    genesis: { type: "string", default: ".dure/genesis.json" },
    holder: { type: "string", default: "bob@devnet" },
    book: { type: "string", default: "shop-book.json" },
  },
});
const peers = positionals.length > 0 ? positionals : ["http://127.0.0.1:9000", "http://127.0.0.1:9100"];

const open = async (file: string): Promise<Book> => {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Book;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return EMPTY;
    throw error;
  }
};

/** A rename is whole or not at all: the book on disk is always one that was. */
const keep = async (file: string, book: Book): Promise<void> => {
  await writeFile(`${file}.new`, JSON.stringify(book));
  await rename(`${file}.new`, file);
};

const client = await connect({ genesis: await readFile(values.genesis, "utf8"), peers });
let book = await open(values.book);
console.log(JSON.stringify({ event: "open", payments: book.payments.length, cursor: book.cursor ?? null }));

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());

for await (const event of follow(client, {
  ...(book.cursor === undefined ? { from: 1 } : { cursor: book.cursor }),
  types: ["block", "score"],
  score: "token",
  signal: stopping.signal,
})) {
  const next = booked(book, event, values.holder);
  await keep(values.book, next.book);
  book = next.book;
  if (next.payment !== undefined) console.log(JSON.stringify({ event: "paid", ...next.payment }));
}
