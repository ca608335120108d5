import { once } from "node:events";
import { createServer } from "node:net";
import { CliError, systemCode } from "../error.ts";

export type Ports = { readonly grpc: number; readonly rest: number };
export type PortPlan = { readonly station: Ports; readonly peers: readonly Ports[] };

/** Everything in a devnet listens here and nowhere else. */
export const LOOPBACK = "127.0.0.1";

const PORT_MAX = 65_535;

/** @returns peer N's ports: gRPC 7100 + N, REST 9000 + 100 * N, both plus the offset. */
export const peerPorts = (index: number, offset: number): Ports => ({
  grpc: 7100 + index + offset,
  rest: 9000 + 100 * index + offset,
});

/**
 * The ports of a devnet of so many peers.
 *
 * @throws CliError `PORT_OFFSET` if one is beyond the last port.
 */
export const planPorts = (peers: number, offset: number): PortPlan => {
  const plan = {
    station: { grpc: 7002 + offset, rest: 9002 + offset },
    peers: Array.from({ length: peers }, (_, index) => peerPorts(index, offset)),
  };
  const highest = Math.max(...portsOf(plan));
  if (highest <= PORT_MAX) return plan;
  throw new CliError(
    "PORT_OFFSET",
    `--port-offset ${offset} leads to port ${highest}: the last one is ${PORT_MAX}, so give at most ${offset - (highest - PORT_MAX)}`,
  );
};

const portsOf = ({ station, peers }: PortPlan): readonly number[] =>
  [station, ...peers].flatMap(({ grpc, rest }) => [grpc, rest]);

/** Why a port cannot be listened on: the system's code; undefined if it can. */
const trouble = async (port: number): Promise<string | undefined> => {
  const server = createServer();
  try {
    server.listen({ port, host: LOOPBACK, exclusive: true });
    await once(server, "listening");
    return undefined;
  } catch (error) {
    return systemCode(error) ?? "unknown";
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
};

/**
 * Checks that every port of a plan is free.
 *
 * @throws CliError `PORT_IN_USE` or `PORT_REFUSED`, which names the ports and the way out.
 */
export const checkPorts = async (plan: PortPlan): Promise<void> => {
  const troubles = await Promise.all(
    portsOf(plan).map(async (port) => ({ port, code: await trouble(port) })),
  );
  const used = troubles.filter(({ code }) => code === "EADDRINUSE").map(({ port }) => port);
  if (used.length > 0)
    throw new CliError(
      "PORT_IN_USE",
      `${used.length === 1 ? `port ${used[0]} is` : `ports ${used.join(", ")} are`} in use: end what listens there, or choose others with --port-offset`,
    );
  const refused = troubles.find(({ code }) => code !== undefined);
  if (refused !== undefined)
    throw new CliError(
      "PORT_REFUSED",
      `port ${refused.port} cannot be listened on (${refused.code}): choose others with --port-offset`,
    );
};
