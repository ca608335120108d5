import { join } from "node:path";
import { isName } from "@dure/crypto/x509";
import { readIfPresent, writeAtomically } from "./atomic-file.ts";
import { RadioStationError } from "./error.ts";
import type { Registration } from "./protocol.ts";
import { serially } from "./serially.ts";

/** A channel to be founded as soon as enough peers have registered. */
export type Founding = {
  /** The channel's name. */
  readonly channel: string;
  /** How many peers found it: the first ones in order of registration. */
  readonly validators: number;
  /** Makes the genesis document's text of the founding peers, in order of registration. */
  document(founders: readonly Registration[]): string | Promise<string>;
};

/** The genesis documents of the founded channels. */
export type Channels = {
  /** A founded channel's genesis document, exactly as it was made, or undefined. */
  genesis(channel: string): Promise<string | undefined>;
  /** Founds the channel if it is due and not yet founded. True if this call founded it. */
  foundIfDue(registrations: readonly Registration[]): Promise<boolean>;
};

/**
 * Opens the founded channels of a home. A channel is founded once, ever: its document is kept as it was made, and
 * neither a restart nor a later registration changes it.
 *
 * @throws RadioStationError `NAME_REFUSED` if the channel to found has no good name or no validators.
 */
export const openChannels = (home: string, founding: Founding | undefined): Channels => {
  if (founding && (!isName(founding.channel) || !(founding.validators >= 1)))
    throw new RadioStationError(
      "NAME_REFUSED",
      `${founding.channel}: a channel has a name of a-z, 0-9, - and validators`,
    );
  const inOrder = serially();
  const fileOf = (channel: string) => join(home, "channels", `${channel}.genesis.json`);
  const genesis = async (channel: string) => (isName(channel) ? readIfPresent(fileOf(channel)) : undefined);

  const foundIfDue = async (registrations: readonly Registration[]): Promise<boolean> => {
    if (founding === undefined || registrations.length < founding.validators) return false;
    if ((await genesis(founding.channel)) !== undefined) return false;
    const document = await founding.document(registrations.slice(0, founding.validators));
    await writeAtomically(fileOf(founding.channel), document);
    return true;
  };
  return { genesis, foundIfDue: (registrations) => inOrder(() => foundIfDue(registrations)) };
};
