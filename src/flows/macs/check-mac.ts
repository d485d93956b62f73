import type { AccountRow } from "../../directory/accounts.ts";
import type { AccountTraffic } from "../../domain/calls/numbers.ts";
import { type Check, timeOf } from "../../domain/check.ts";
import type { MacFacts } from "../../domain/line.ts";
import { clockToleranceMs } from "./test-mac.ts";

type Amiss = { detail: string; help: string };

/** Returns how a Mac fares by its last look, and what to do where something is amiss: the first thing that must be mended. No address of a person stands in it. */
export function checkMac(row: AccountRow, traffic: AccountTraffic): Check {
  const name = `account ${row.name} (${row.id})`;
  const amiss = findAmiss(row);
  if (amiss !== null) return { name, ok: false, ...amiss };
  const times = `last inbound message ${timeOf(traffic.inboundAt)}, last message sent ${timeOf(traffic.sentAt)}`;
  return {
    name,
    ok: true,
    detail: `The Mac answers. It was last looked at ${timeOf(row.mac?.checkedAt ?? null)}, ${times}.`,
    help: null,
  };
}

function findAmiss({ status, mac }: AccountRow): Amiss | null {
  if (status === "unhealthy") {
    return {
      detail: "The Mac refuses the password, so its lines neither send nor receive.",
      help: "Give the password of BlueBubbles Server anew: PATCH /admin/api/integrations/bluebubbles/{id}.",
    };
  }
  return mac === null ? null : findFault(mac);
}

function findFault(mac: MacFacts): Amiss | null {
  const ahead = mac.clockAheadMs ?? null;
  if (mac.offline != null) {
    return {
      detail: `The Mac has not answered since ${timeOf(mac.offline.since)}: ${mac.offline.because}`,
      help: "See that the Mac is awake and signed in, that BlueBubbles Server runs, and that its address is still the one that is given here.",
    };
  }
  if (mac.privateApi && !mac.helperConnected) {
    return {
      detail: "The helper of the Private API is not connected, so the lines of this Mac wait.",
      help: "Open Messages on the Mac; if that does not help, restart BlueBubbles Server.",
    };
  }
  if (mac.privateApi && mac.aliases.length === 0) {
    return {
      detail: "The Apple ID of the Mac is not signed in to iMessage, or Apple has locked it out.",
      help: "Sign in to Messages on the Mac, and send one message there by hand.",
    };
  }
  if (mac.bellHung !== true) {
    return {
      detail: "The webhook of the Mac does not lead here, so what people write comes in up to a minute late.",
      help: "See that the gateway has a public URL; the webhook is set again by itself every five minutes.",
    };
  }
  if (ahead !== null && Math.abs(ahead) >= clockToleranceMs) {
    return {
      detail: `The clock of the Mac is ${Math.abs(ahead / 1000).toFixed(0)} s off, so that it misses messages.`,
      help: "Have the Mac set its clock by the network: System Settings, General, Date & Time.",
    };
  }
  return null;
}
