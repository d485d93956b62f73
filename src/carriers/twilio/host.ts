import { readAddress } from "../../domain/public-address.ts";

/** Where Twilio's 2010 API lives; any other address is a stand-in's. */
export const defaultApiUrl = "https://api.twilio.com";
const edgesOfRegions: ReadonlyMap<string, string> = new Map([
  ["us1", "ashburn"],
  ["ie1", "dublin"],
  ["au1", "sydney"],
  ["jp1", "tokyo"],
]);
const label = /^[a-z0-9-]{1,32}$/;

/** Returns where the setting says that Twilio's API is, Twilio's own address where it says nothing; null where it is no http or https address. */
export function readApiUrl(setting: string | undefined): string | null {
  return readAddress(setting || defaultApiUrl);
}

/** Returns the base URL for an account's region and edge; a configured `apiUrl` other than Twilio's own stands as it is. Null when region or edge cannot be part of a host name. Source: Twilio's regional host form `api.{edge}.{region}.twilio.com`. */
export function chooseApiUrl(apiUrl: string, region: string | null, edge: string | null): string | null {
  const base = apiUrl.replace(/\/+$/, "");
  if (base !== defaultApiUrl || (region === null && edge === null)) return base;
  const chosenRegion = region ?? "us1";
  const chosenEdge = edge ?? edgesOfRegions.get(chosenRegion);
  if (chosenEdge === undefined || !label.test(chosenRegion) || !label.test(chosenEdge)) return null;
  return `https://api.${chosenEdge}.${chosenRegion}.twilio.com`;
}
