import { resolve } from "node:path";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { createLogger } from "@dure/node";
import { createRadioStation } from "@dure/radiostation";
import type { Emit } from "../emit.ts";
import { pageDirectory } from "../page-directory.ts";
import { aborted } from "../until-stopped.ts";
import { composeGenesis } from "./compose-genesis.ts";
import { readFoundFile } from "./found-file.ts";

export type StationSettings = {
  readonly home: string;
  readonly organisation: string;
  readonly host: string;
  readonly restPort: number;
  readonly grpcPort: number;
  /** A file that says what channel to found; see FoundFile. */
  readonly found?: string;
  readonly logLevel: string;
  /** The directory of the page to serve, or `off`; the one that comes with dure unless given. */
  readonly page?: string;
};

/**
 * Runs a RadioStation until the signal aborts, and emits `ready`, `registered`, `founded` and `stopped`.
 *
 * @throws RadioStationError or CliError if it cannot start.
 */
export const runStation = async (
  settings: StationSettings,
  emit: Emit,
  stopping: AbortSignal,
): Promise<void> => {
  const home = resolve(settings.home);
  const { host, restPort, grpcPort, organisation } = settings;
  const suite = createSodiumSuite();
  const foundation = settings.found === undefined ? undefined : await readFoundFile(settings.found);
  const logger = createLogger("radiostation", settings.logLevel);
  const page = pageDirectory(settings.page);
  if (page === undefined && settings.page !== "off") logger.info("no page is served: it is not built");
  const station = createRadioStation({
    home,
    organisation,
    logger,
    restPort,
    grpcPort,
    restHost: host,
    grpcHost: host,
    page,
    ...(foundation && {
      found: {
        channel: foundation.channel,
        validators: foundation.validators,
        document: (founders) => composeGenesis(home, foundation, founders, { nowMs: Date.now(), suite }),
      },
    }),
  });
  station.events.on("registered", ({ peerId, order }) =>
    emit({ event: "registered", peerId, order }, `${peerId} registered, the ${order}. in order`),
  );
  station.events.on("founded", (channel) =>
    emit({ event: "founded", channel }, `channel ${channel} is founded`),
  );
  const ports = await station.start();
  emit(
    { event: "ready", ...ports },
    `RadioStation of ${organisation}: REST http://${host}:${ports.restPort}, gRPC ${host}:${ports.grpcPort}`,
  );
  await aborted(stopping);
  await station.close();
  emit({ event: "stopped" }, "RadioStation stopped");
};
