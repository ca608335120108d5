import { useCell, usePage } from "../parts/context.tsx";
import { useTitle } from "../parts/use-title.ts";
import { SendBox } from "../send/send-box.tsx";
import { BlocksTable } from "./blocks-table.tsx";
import { Figures } from "./figures.tsx";
import { Leadership } from "./leadership.tsx";
import { PeersTable } from "./peers-table.tsx";
import { TransactionsTable } from "./transactions-table.tsx";

/** What the whole is, for those who hear the page: the others see it. */
const Title = () => {
  useTitle("");
  const { network, text } = usePage();
  const channel = useCell(network.state.channel);
  return (
    <h1 className="unseen">
      {text.home} {channel?.name}
    </h1>
  );
};

/** The network at a glance. */
export const Overview = () => (
  <div className="overview">
    <Title />
    <Leadership />
    <Figures />
    <PeersTable />
    <SendBox />
    <TransactionsTable />
    <BlocksTable />
  </div>
);
