import { ClientError } from "@dure/client";
import { type FormEvent, useState } from "react";
import { rulesOf } from "../chain/genesis.ts";
import { Card } from "../parts/card.tsx";
import { Choice } from "../parts/choice.tsx";
import { useCell, usePage } from "../parts/context.tsx";
import { Field } from "../parts/field.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { type Draft, readDraft } from "./draft.ts";
import type { Identity } from "./identity.ts";
import { IdentityFiles } from "./identity-files.tsx";
import { followSent, sendByPeer } from "./send.ts";
import { sendSigned } from "./send-signed.ts";
import { SentList } from "./sent-list.tsx";

const FIRST: Draft = { kind: "data", value: '{"data": "hello"}', score: "", method: "", params: "{}" };

/** The box to send a transaction: data or a call, signed by a peer or here. */
export const SendBox = () => {
  const { network, text } = usePage();
  const channelId = useCell(network.state.channel)?.id;
  const [rules] = useAnswer(channelId ?? "", async () =>
    channelId === undefined ? undefined : rulesOf(await network.genesis.text()),
  );
  const known = rules.phase === "answered" ? rules.answer : undefined;
  const [draft, setDraft] = useState(FIRST);
  const [signer, setSigner] = useState<"peer" | "own">();
  const [identity, setIdentity] = useState<Identity>();
  const [isSending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<string>();
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const chosen = signer ?? (known?.peerSubmits === false ? "own" : "peer");

  const send = async (): Promise<void> => {
    const content = readDraft(draft);
    if (typeof content === "string") return setTrouble(text.send[content]);
    if (chosen === "own" && identity === undefined) return setTrouble(text.send.noIdentity);
    setTrouble(undefined);
    setSending(true);
    const sentMs = performance.now();
    try {
      const id =
        chosen === "own" && identity !== undefined
          ? await sendSigned(network, content, identity)
          : await sendByPeer(network, content);
      void followSent(network, id, sentMs);
    } catch (error) {
      const isUnanswered = error instanceof ClientError && error.code === "PEER_UNREACHABLE";
      setTrouble(isUnanswered ? text.send.unanswered : text.failed((error as Error).message));
    } finally {
      setSending(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send();
  };

  return (
    <Card title={text.send.title} className="send">
      <form onSubmit={submit} aria-describedby="send-trouble">
        <Choice
          label={text.send.kind}
          name="kind"
          value={draft.kind}
          options={[
            ["data", text.send.data],
            ["call", text.send.call],
          ]}
          onChange={(kind) => change({ kind })}
        />
        {draft.kind === "data" ? (
          <Field label={text.send.value}>
            {(id) => (
              <textarea
                id={id}
                rows={5}
                spellCheck={false}
                value={draft.value}
                onChange={(event) => change({ value: event.target.value })}
              />
            )}
          </Field>
        ) : (
          <>
            <div className="pair">
              <Field label={text.send.score}>
                {(id) => (
                  <select
                    id={id}
                    value={draft.score}
                    onChange={(event) => change({ score: event.target.value })}
                  >
                    <option value="">{text.send.defaultScore(known?.defaultScore ?? "")}</option>
                    {known?.scores
                      .filter((name) => name !== known.defaultScore)
                      .map((name) => (
                        <option key={name}>{name}</option>
                      ))}
                  </select>
                )}
              </Field>
              <Field label={text.send.method}>
                {(id) => (
                  <input
                    id={id}
                    autoComplete="off"
                    spellCheck={false}
                    value={draft.method}
                    onChange={(event) => change({ method: event.target.value })}
                  />
                )}
              </Field>
            </div>
            <Field label={text.send.params}>
              {(id) => (
                <textarea
                  id={id}
                  rows={3}
                  spellCheck={false}
                  value={draft.params}
                  onChange={(event) => change({ params: event.target.value })}
                />
              )}
            </Field>
          </>
        )}
        <Choice
          label={text.send.signer}
          name="signer"
          value={chosen}
          options={[
            ...(known?.peerSubmits === false ? [] : [["peer", text.send.peer] as const]),
            ["own", text.send.own],
          ]}
          onChange={setSigner}
        />
        {chosen === "peer" ? (
          <p className="note">{text.send.peerNote}</p>
        ) : (
          <IdentityFiles identity={identity} onOpen={setIdentity} onTrouble={setTrouble} />
        )}
        <button type="submit" className="main" disabled={isSending || channelId === undefined}>
          {isSending ? text.send.sending : text.send.button}
        </button>
        <p id="send-trouble" className="trouble" role="alert">
          {trouble}
        </p>
      </form>
      <SentList />
    </Card>
  );
};
