/** A page's own address, as `location` gives it. */
export type PageAddress = { readonly protocol: string; readonly hostname: string };

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The URL of a peer's REST interface from what the RadioStation calls it, `host:port`; undefined for what is no
 * address. A peer that calls itself by a loopback address is looked for at the host that the page came from: seen from
 * another machine, its own loopback would lead nowhere.
 */
export const peerUrl = (target: unknown, page: PageAddress): string | undefined => {
  const match = typeof target === "string" ? /^(\[[0-9a-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(target) : null;
  const [host, port] = [match?.[1], Number(match?.[2])];
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  const reachable = LOOPBACK.test(host) && !LOOPBACK.test(page.hostname) ? page.hostname : host;
  return `${page.protocol}//${reachable}:${port}`;
};
