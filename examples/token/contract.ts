/**
 * A token: administrators mint, holders transfer. A holder is `name@organisation`, as its certificate says:
 * only whom the organisation certified under that name moves the balance, and it stays when the certificate is
 * renewed. Amounts are whole numbers up to 2^256 - 1, strings of digits in JSON; the supply is the sum of all
 * balances, so no balance can pass what the supply cannot.
 */
import {
  addAmounts,
  amount,
  amountText,
  contract,
  method,
  type ReadableState,
  refuse,
  type Sender,
  subtractAmounts,
  total,
} from "@dure/score";
import * as t from "@dure/score/schema";

const balances = (state: ReadableState) => state.map<string>("balance");
const balanceOf = (state: ReadableState, holder: string): bigint =>
  amount(balances(state).get(holder) ?? "0");
/** Whose balance a sender moves. */
const holderOf = ({ name, organisation }: Sender): string => `${name}@${organisation}`;

const toOthers = { to: t.identity(), amount: t.amount({ min: 1n }) };

export default contract({
  name: "token",
  version: "1.0.0",

  invoke: {
    mint: method({
      summary: "Creates tokens in a holder's balance. Administrators only.",
      params: toOthers,
      result: t.object({ supply: t.amount() }),
      run(ctx, { to, amount }) {
        if (!ctx.sender.roles.includes("admin")) refuse("only an administrator mints");
        const supply = amountText(total(ctx.state, "supply").add(amount));
        balances(ctx.state).set(to, amountText(addAmounts(balanceOf(ctx.state, to), amount, "balance")));
        ctx.emit("minted", { to, amount: amountText(amount) });
        return { supply };
      },
    }),

    transfer: method({
      summary: "Moves tokens from the sender's balance to another holder's.",
      params: toOthers,
      result: t.object({ from: t.identity(), to: t.identity(), amount: t.amount() }),
      run(ctx, { to, amount }) {
        const from = holderOf(ctx.sender);
        // The first balance is written before the second is read: to oneself, a transfer changes nothing.
        const left = amountText(subtractAmounts(balanceOf(ctx.state, from), amount, "balance"));
        balances(ctx.state).set(from, left);
        balances(ctx.state).set(to, amountText(addAmounts(balanceOf(ctx.state, to), amount, "balance")));
        const moved = { from, to, amount: amountText(amount) };
        ctx.emit("transferred", moved);
        return moved;
      },
    }),
  },

  query: {
    balance: method({
      summary: "The balance of a holder, by default the one who asks.",
      params: { holder: t.optional(t.identity()) },
      result: t.amount(),
      run: (ctx, { holder = holderOf(ctx.sender) }) => amountText(balanceOf(ctx.state, holder)),
    }),
    supply: method({ result: t.amount(), run: (ctx) => amountText(total(ctx.state, "supply").get()) }),
  },
});
