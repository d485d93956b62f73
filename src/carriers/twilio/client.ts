import { reconcileMs } from "../../domain/retry.ts";
import type { Capabilities, MessageState } from "../carrier.ts";
import type { Fetch } from "../exchange.ts";
import type { Login, TwilioAccount } from "./account.ts";
import { listAgents } from "./agents.ts";
import type { Wire } from "./call.ts";
import { Clock } from "./clock.ts";
import { openMedia } from "./media.ts";
import { fetchMessage, sendMessage } from "./messages.ts";
import { findNumber, listNumbers, updateNumber } from "./numbers.ts";
import { probe } from "./probe.ts";
import { findSwallowed } from "./services.ts";
import { markNow, settleByList } from "./settle.ts";

/** What the carrier is made of: `apiUrl` is Twilio's or a stand-in's, `timeoutMs` covers a whole answer (20 s). */
export type TwilioOptions = { fetch: Fetch; apiUrl: string; timeoutMs?: number; now?: () => number };

const capabilities: Capabilities = {
  settling: { graceMs: reconcileMs.grace, secondLookMs: reconcileMs.secondLook },
};

/** Returns Twilio's 2010 API: given the credentials of an account, that account as a carrier. */
export function twilioCarrier({
  fetch,
  apiUrl,
  timeoutMs = 20_000,
  now = Date.now,
}: TwilioOptions): (login: Login) => TwilioAccount {
  const wire: Wire = { fetch, apiUrl, timeoutMs, now, clock: new Clock() };
  return (login) => ({
    capabilities,
    send: (outgoing) => sendMessage(wire, login, outgoing),
    mark: (service) => markNow(wire, service ?? null),
    askMark: null,
    settle: (sought, watermark) => settleByList(wire, login, sought, watermark, capabilities.settling),
    states: (providerIds) => fetchStates(wire, login, providerIds),
    changes: null,
    act: null,
    listNumbers: () => listNumbers(wire, login),
    findNumber: (phoneNumber) => findNumber(wire, login, phoneNumber),
    updateNumber: (providerId, webhooks) => updateNumber(wire, login, providerId, webhooks),
    listAgents: () => listAgents(wire, login),
    findSwallowed: () => findSwallowed(wire, login),
    openMedia: (file) => openMedia(wire, login, file),
    probe: (capability) => probe(wire, login, capability),
  });
}

/** Twilio shows one message at a time. */
async function fetchStates(
  wire: Wire,
  login: Login,
  providerIds: readonly string[],
): Promise<Map<string, MessageState>> {
  const states = new Map<string, MessageState>();
  for (const providerId of providerIds) {
    const fetched = await fetchMessage(wire, login, providerId);
    if (fetched.ok) states.set(providerId, fetched.value);
  }
  return states;
}
