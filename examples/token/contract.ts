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
  type JsonObject,
  type ReadableState,
  refuse,
  type Sender,
  subtractAmounts,
  textParam,
} from "@dure/score";

const balances = (state: ReadableState) => state.map<string>("balance");
/** Whose balance a sender moves. */
const holderOf = ({ name, organisation }: Sender): string => `${name}@${organisation}`;
const balanceOf = (state: ReadableState, holder: string): bigint =>
  amount(balances(state).get(holder) ?? "0");
const supplyOf = (state: ReadableState): bigint => amount(state.value<string>("supply").get() ?? "0");

export default contract({
  name: "token",
  version: "1.0.0",

  invoke: {
    /** Creates tokens in a holder's balance. Administrators only. */
    mint(ctx, params) {
      if (!ctx.sender.roles.includes("admin")) refuse("only an administrator mints");
      const to = holderParam(params, "to");
      const value = amountParam(params);
      const supply = amountText(addAmounts(supplyOf(ctx.state), value, "supply"));
      ctx.state.value<string>("supply").set(supply);
      balances(ctx.state).set(to, amountText(addAmounts(balanceOf(ctx.state, to), value, "balance")));
      ctx.emit("minted", { to, amount: amountText(value) });
      return { supply };
    },

    /** Moves tokens from the sender's balance to another holder's. */
    transfer(ctx, params) {
      const from = holderOf(ctx.sender);
      const to = holderParam(params, "to");
      const value = amountParam(params);
      // The first balance is written before the second is read: to oneself, a transfer changes nothing.
      const left = amountText(subtractAmounts(balanceOf(ctx.state, from), value, "balance"));
      balances(ctx.state).set(from, left);
      balances(ctx.state).set(to, amountText(addAmounts(balanceOf(ctx.state, to), value, "balance")));
      ctx.emit("transferred", { from, to, amount: amountText(value) });
      return { from, to, amount: amountText(value) };
    },
  },

  query: {
    /** Returns the balance of `holder`, by default the one who asks. */
    balance(ctx, params) {
      const holder = params.holder === undefined ? holderOf(ctx.sender) : holderParam(params, "holder");
      return amountText(balanceOf(ctx.state, holder));
    },
    supply: (ctx) => amountText(supplyOf(ctx.state)),
  },
});

const holderParam = (params: JsonObject, name: string): string => {
  const holder = textParam(params, name, 128);
  return /^[a-z0-9.-]+@[a-z0-9-]+$/.test(holder)
    ? holder
    : refuse(`${name} must be a holder, name@organisation`);
};

const amountParam = (params: JsonObject): bigint => {
  const value = amount(params.amount);
  return value > 0n ? value : refuse("amount must be more than 0");
};
