import { kept } from "./kept.ts";

/** The addresses at which the world reaches the gateway: the one in force, null while none is known, and those that were in force before, newest first. */
export type PublicAddresses = { current: string | null; former: string[] };

export const noAddress: PublicAddresses = { current: null, former: [] };

/** Stands in the sandbox's URLs while no address is known: it leads nowhere, and the sandbox, which calls in process, needs no more. */
export const unsetAddress = "https://address-not-set.invalid";

/** What is said wherever an address is needed and none is known. */
export const addressMissing =
  "The gateway does not know its public URL (PUBLIC_URL): npm run deploy, the dashboard and PUT /admin/api/public-url set it.";

/** Returns an address as it is kept, without blanks around it and slashes at its end; null where it is no http or https URL, or has a query, a fragment or a login. */
export function readAddress(text: string): string | null {
  const trimmed = text.trim().replace(/\/+$/, "");
  const url = URL.parse(trimmed);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.username !== "" || url.password !== "" || /[?#\s]/.test(trimmed)) return null;
  return url.origin + (url.pathname === "/" ? "" : url.pathname);
}

/** Returns the addresses with another in force; what was in force before is never forgotten, since callbacks under way go there. */
export function withCurrent(addresses: PublicAddresses, current: string): PublicAddresses {
  const before = addresses.current === null ? addresses.former : [addresses.current, ...addresses.former];
  return { current, former: [...new Set(before)].filter((address) => address !== current) };
}

/**
 * Returns the addresses in force beside the setting PUBLIC_URL. It wins over the directory, unless it is this machine only, as `npm start` sets it where nobody
 * has, and the directory holds an address that the world can reach.
 */
export function withSetting(directory: PublicAddresses, setting: string | null): PublicAddresses {
  if (setting === null) return directory;
  const { current } = directory;
  if (current === null || isLocal(current) || !isLocal(setting)) return withCurrent(directory, setting);
  return withCurrent(withCurrent(directory, setting), current);
}

/** Says whether the URL leads to this machine only. */
export function isLocal(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && isLoopback(url);
}

/** Returns every URL that a request to this path may have been signed for: one for each address that is or was ours. */
export function signedUrlsOf(addresses: PublicAddresses, pathAndQuery: string): string[] {
  const { current, former } = addresses;
  return [...(current === null ? [] : [current]), ...former].map((address) => address + pathAndQuery);
}

/** Returns the hosts of every address that is or was ours, with their port where it is not the default. */
export function hostsOf({ current, former }: PublicAddresses): string[] {
  return [...(current === null ? [] : [current]), ...former].flatMap((address) => hostOf(address) ?? []);
}

const hostOf = kept(100, (address) => URL.parse(address)?.host ?? null);

/** Says whether an address is this machine only. */
export function isLoopback(url: URL): boolean {
  return /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}
