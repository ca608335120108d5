import { SendBox } from "../send/send-box.tsx";
import { BlocksTable } from "./blocks-table.tsx";
import { Figures } from "./figures.tsx";
import { Leadership } from "./leadership.tsx";
import { PeersTable } from "./peers-table.tsx";
import { TransactionsTable } from "./transactions-table.tsx";

/** The network at a glance. */
export const Overview = () => (
  <div className="overview">
    <Leadership />
    <Figures />
    <PeersTable />
    <SendBox />
    <TransactionsTable />
    <BlocksTable />
  </div>
);
