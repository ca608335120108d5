import { count } from "../format/digits.ts";
import type { PeerRow } from "../live/state.ts";
import { Card } from "../parts/card.tsx";
import { useCell, usePage } from "../parts/context.tsx";

const Row = ({ peer, leads }: { readonly peer: PeerRow; readonly leads: boolean }) => {
  const { text, language } = usePage();
  return (
    <tr>
      <th scope="row">
        <span className="peer-name">{peer.id}</span>
        {leads && <span className="badge">{text.peers.leads}</span>}
      </th>
      <td>
        <span className={`state ${peer.state}`}>{text.peers.states[peer.state]}</span>
      </td>
      <td className="number">{count(peer.height, language)}</td>
      <td className="number wide">{count(peer.executedHeight, language)}</td>
      <td className="number wide">{count(peer.links, language)}</td>
    </tr>
  );
};

/** The peers, with how each is. */
export const PeersTable = () => {
  const { network, text } = usePage();
  const peers = useCell(network.state.peers);
  const leaderId = useCell(network.state.consensus)?.leaderId;
  return (
    <Card title={text.peers.title} className="peers">
      <table>
        <thead>
          <tr>
            <th scope="col">{text.peers.peer}</th>
            <th scope="col">{text.peers.state}</th>
            <th scope="col" className="number">
              {text.peers.height}
            </th>
            <th scope="col" className="number wide">
              {text.peers.executed}
            </th>
            <th scope="col" className="number wide">
              {text.peers.links}
            </th>
          </tr>
        </thead>
        <tbody>
          {peers.map((peer) => (
            <Row key={peer.id} peer={peer} leads={peer.id === leaderId} />
          ))}
        </tbody>
      </table>
    </Card>
  );
};
