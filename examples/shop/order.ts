/**
 * What the shop sells, and how a payment says what it is for. The token's transfer carries no text, so the amount does:
 * a price is in whole tokens, a payment in hundredths, and the last two digits are the order's reference. A customer who
 * pays another amount has given a present.
 */

export type Item = { readonly name: string; readonly price: number };

export const CATALOGUE: readonly Item[] = [
  { name: "barley tea", price: 3 },
  { name: "honey cake", price: 5 },
  { name: "a bowl", price: 20 },
];

export type Order = { readonly item: string; readonly reference: number };

/** References are from 1 to 99: so many orders of one item may be open at a time. */
export const REFERENCE_MAX = 99;
const HUNDREDTHS = 100;

/** The amount that pays an order, in hundredths of a token, as the token takes it. */
export const amountOf = ({ price }: Item, reference: number): string =>
  String(price * HUNDREDTHS + reference);

/** The order that an amount pays; undefined for a present. */
export const orderOf = (amount: string): Order | undefined => {
  const hundredths = /^[1-9]\d{0,8}$/.test(amount) ? Number(amount) : 0;
  const reference = hundredths % HUNDREDTHS;
  const item = CATALOGUE.find(({ price }) => price * HUNDREDTHS === hundredths - reference);
  return item === undefined || reference === 0 ? undefined : { item: item.name, reference };
};
