import { withoutChannel } from "./calling-code.ts";
import { isGroupId } from "./event.ts";
import { countryOf } from "./phone.ts";

/** Returns what the numbers of an address's range begin with and how many characters each has, or null for what is no phone number. */
export function rangeOf(address: string, digits: number): { start: string; length: number } | null {
  const bare = withoutChannel(address);
  return /^\+\d{6,15}$/.test(bare) ? { start: bare.slice(0, -digits), length: bare.length } : null;
}

/** Satellite numbers and others that no country owns are bounded together. */
const noCountry = "ZZ";

/** Returns the country that a message to this chat counts for, or null for a group or an e-mail address. */
export function countedCountry(chat: string): string | null {
  return chat.includes("@") || isGroupId(chat) ? null : (countryOf(withoutChannel(chat)) ?? noCountry);
}
