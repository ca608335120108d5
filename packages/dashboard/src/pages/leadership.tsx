import { count } from "../format/digits.ts";
import { shortPeer } from "../format/short.ts";
import { Card } from "../parts/card.tsx";
import { useCell, usePage } from "../parts/context.tsx";
import { Ring } from "../ring/ring.tsx";

/** Who leads now, on the ring of validators. */
export const Leadership = () => {
  const { network, text, language } = usePage();
  const consensus = useCell(network.state.consensus);
  const validators = consensus?.validators ?? [];
  const leader = validators.findIndex(({ id }) => id === consensus?.leaderId);
  const leaderId = validators[leader]?.id;
  return (
    <Card title={text.leadership.title} className="leadership">
      <Ring
        seats={validators.map(({ id, connected }) => ({ id, isConnected: connected }))}
        leader={leader}
        label={
          leaderId === undefined
            ? text.leadership.none
            : text.leadership.ring(shortPeer(leaderId), validators.length)
        }
        view={consensus === undefined ? "" : text.leadership.view(count(consensus.view, language))}
      />
      <p className="note">
        {consensus === undefined ? "\u00a0" : text.leadership.spin(consensus.spinInterval)}
      </p>
    </Card>
  );
};
