import type { Carrier } from "../carrier.ts";
import type { Wire } from "./call.ts";
import type { Fetch } from "./exchange.ts";
import { openMedia } from "./media.ts";
import { fetchMessage, listMessages, sendMessage } from "./messages.ts";
import { findNumber, listNumbers, updateNumber } from "./numbers.ts";
import { probe } from "./probe.ts";
import { findSwallowed } from "./services.ts";

/** What the carrier is made of: `apiUrl` is Twilio's or a stand-in's, `timeoutMs` covers a whole answer (20 s). */
export type TwilioOptions = { fetch: Fetch; apiUrl: string; timeoutMs?: number; now?: () => number };

/** Returns Twilio's 2010 API as a carrier. */
export function twilioCarrier({ fetch, apiUrl, timeoutMs = 20_000, now = Date.now }: TwilioOptions): Carrier {
  const wire: Wire = { fetch, apiUrl, timeoutMs, now };
  return {
    send: (login, outgoing) => sendMessage(wire, login, outgoing),
    list: (login, query) => listMessages(wire, login, query),
    fetchMessage: (login, providerId) => fetchMessage(wire, login, providerId),
    listNumbers: (login) => listNumbers(wire, login),
    findNumber: (login, phoneNumber) => findNumber(wire, login, phoneNumber),
    updateNumber: (login, providerId, webhooks) => updateNumber(wire, login, providerId, webhooks),
    findSwallowed: (login) => findSwallowed(wire, login),
    openMedia: (login, media) => openMedia(wire, login, media),
    probe: (login, capability) => probe(wire, login, capability),
  };
}
