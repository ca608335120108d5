import { once } from "node:events";
import { createServer } from "node:net";

/** Where the search begins and ends: above what services like to use, below what systems give out for outgoing calls. */
const [OFFSET_MIN, OFFSET_MAX, STEP] = [11_000, 20_000, 10];

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  try {
    server.listen({ port, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
};

/** The ports of a devnet of so many peers at an offset, as the documentation gives them. */
export const devnetPorts = (peers: number, offset: number): readonly number[] => [
  7002 + offset,
  9002 + offset,
  ...Array.from({ length: peers }, (_, at) => [7100 + at + offset, 9000 + 100 * at + offset]).flat(),
];

/** An offset at which every port of a devnet is free now; the search begins at another place in each process. */
export const freeOffset = async (peers: number): Promise<number> => {
  const span = OFFSET_MAX - OFFSET_MIN;
  const start = (process.pid * 130) % span;
  for (let step = 0; step < span; step += STEP) {
    const offset = OFFSET_MIN + ((start + step) % span);
    const free = await Promise.all(devnetPorts(peers, offset).map(isFree));
    if (free.every(Boolean)) return offset;
  }
  throw new Error("no offset leaves all ports of a devnet free");
};
