import type { ChannelConfig } from "@dure/membership";

/** The names of a channel's organisations, sorted, as SCOREs see them. */
export const organisationsOf = ({ organisations }: ChannelConfig): readonly string[] =>
  organisations.map(({ name }) => name).sort();
