/**
 * Agreements between parties: someone proposes a text to counterparties, they approve it one by one, and
 * it is concluded when as many as its quorum have. The users are names that the transactions carry, so that
 * clients of REST v1, which sign nothing themselves, can use it. A contract that must know who acts would
 * compare `ctx.sender` instead (see the token).
 */
import {
  contract,
  integerParam,
  type JsonObject,
  type ReadableState,
  refuse,
  textParam,
  textsParam,
} from "@dure/score";

/** One agreement as it is stored and shown. `approvers` begins with the proposer. */
type Agreement = {
  readonly contract_id: string;
  readonly proposer: string;
  readonly counterparties: readonly string[];
  readonly content: string;
  readonly quorum: number;
  readonly approvers: readonly string[];
};

/** More would make one agreement's record, and the lists that name it, too large to read in one call. */
const COUNTERPARTIES_MAX = 100;

const agreements = (state: ReadableState) => state.map<Agreement>("agreement");
const idsOf = (state: ReadableState) => state.map<readonly string[]>("ids-of");

export default contract({
  name: "contract-agreement",
  version: "1.0.0",

  invoke: {
    /** Records a proposal, approved by its proposer, and returns its `contract_id`, a number as text from 1. */
    propose(ctx, params) {
      const proposer = textParam(params, "proposer", 128);
      const counterparties = textsParam(params, "counterparties", COUNTERPARTIES_MAX);
      const content = textParam(params, "content");
      const parties = [proposer, ...counterparties];
      if (counterparties.length === 0) refuse("an agreement needs at least one counterparty");
      if (new Set(parties).size !== parties.length) refuse("each party of an agreement is named once");
      const quorum = quorumOf(params, parties.length);

      const count = ctx.state.value<number>("count");
      const contract_id = String((count.get() ?? 0) + 1);
      count.set(Number(contract_id));
      const agreement = { contract_id, proposer, counterparties, content, quorum, approvers: [proposer] };
      agreements(ctx.state).set(contract_id, agreement);
      for (const party of parties) {
        const ids = idsOf(ctx.state);
        ids.set(party, [...(ids.get(party) ?? []), contract_id]);
      }
      ctx.emit("proposed", { contract_id, proposer, counterparties });
      return { contract_id };
    },

    /** Adds a counterparty's approval and returns the agreement. */
    approve(ctx, params) {
      const user = textParam(params, "user_id", 128);
      const contract_id = textParam(params, "contract_id", 32);
      const agreement =
        agreements(ctx.state).get(contract_id) ?? refuse(`there is no contract ${contract_id}`);
      if (agreement.approvers.includes(user)) refuse(`${user} has approved contract ${contract_id} already`);
      if (!agreement.counterparties.includes(user)) refuse(`${user} is no party of contract ${contract_id}`);

      const approved = { ...agreement, approvers: [...agreement.approvers, user] };
      agreements(ctx.state).set(contract_id, approved);
      ctx.emit("approved", { contract_id, user_id: user });
      if (approved.approvers.length === approved.quorum) ctx.emit("concluded", { contract_id });
      return approved;
    },
  },

  query: {
    /** Returns every agreement in which the user is a party, in the order proposed; none for a stranger. */
    get_user_contracts(ctx, params) {
      const ids = idsOf(ctx.state).get(textParam(params, "user_id", 128)) ?? [];
      return ids.map((id) => agreements(ctx.state).get(id) ?? refuse(`contract ${id} is missing`));
    },
  },
});

/** Clients of REST v1 send numbers as texts as often as not. */
const quorumOf = (params: JsonObject, parties: number): number => {
  const { quorum } = params;
  const value = typeof quorum === "string" && /^[0-9]{1,3}$/.test(quorum) ? Number(quorum) : quorum;
  return integerParam({ quorum: value ?? null }, "quorum", 1, parties);
};
