import { type AccountRow, findMac } from "../../directory/accounts.ts";
import { listNumbers } from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { MacFacts } from "../../domain/line.ts";
import { providerOf } from "../../domain/quick-tunnel.ts";
import type { Deps } from "../deps.ts";
import { lookAgain } from "./mac-health.ts";

export type MacCheck = {
  name: "connection" | "private_api" | "account" | "lines" | "bell" | "clock";
  ok: boolean;
  detail: string;
};

/** A clock further off than this makes the server miss messages. */
export const clockToleranceMs = 5_000;

/** Tests a Mac, one answer for each thing that must be right; `ok` is about the connection, the Private API and the account. */
export async function testMac(deps: Deps, id: string): Promise<Result<{ ok: boolean; checks: MacCheck[] }>> {
  const found = await findMac(deps.db, id);
  if (found === null) return fail("not_found", "No Mac is connected under this id.");
  const row = await lookAgain(deps, found);
  const first = connection(row);
  const further = row.mac === null ? [] : await checksOf(deps, row, row.mac);
  const checks = [first, ...(first.ok ? further : further.map((check) => asOfThen(check, row.mac)))];
  const needed = ["connection", "private_api", "account"];
  return ok({ ok: checks.every((check) => check.ok || !needed.includes(check.name)), checks });
}

function connection({ mac, status, statusReason }: AccountRow): MacCheck {
  if (status === "unhealthy")
    return { name: "connection", ok: false, detail: statusReason ?? "The password is refused." };
  const offline = mac?.offline ?? null;
  if (offline !== null) return { name: "connection", ok: false, detail: `It does not answer: ${offline.because}` };
  return {
    name: "connection",
    ok: true,
    detail: `BlueBubbles Server ${mac?.serverVersion ?? "of an unknown version"} answers.`,
  };
}

/** Of a Mac that does not answer nothing is seen now: what it said last is no answer of today. */
function asOfThen({ name, detail }: MacCheck, mac: MacFacts | null): MacCheck {
  const then = mac === null ? "" : ` At ${new Date(mac.checkedAt).toISOString()}: ${detail}`;
  return { name, ok: false, detail: `Not seen now.${then}` };
}

async function checksOf(deps: Deps, row: AccountRow, mac: MacFacts): Promise<MacCheck[]> {
  const lines = (await listNumbers(deps.db, { accountId: row.id })).map(({ address }) => address);
  // Without its helper a Mac knows the address of the newest chat alone.
  const isTold = mac.privateApi && mac.helperConnected && mac.aliases.length > 0;
  const lost = isTold ? lines.filter((line) => !mac.aliases.includes(line)) : [];
  const ahead = mac.clockAheadMs ?? null;
  return [
    { name: "private_api", ok: mac.privateApi && mac.helperConnected, detail: privateApiWords(mac) },
    {
      name: "account",
      ok: mac.aliases.length > 0,
      detail:
        mac.aliases.length > 0
          ? `Reachable as ${mac.aliases.join(", ")}.`
          : "The Apple ID is not signed in, or does not say.",
    },
    {
      name: "lines",
      ok: lost.length === 0,
      detail: lost.length === 0 ? `${lines.length} registered.` : `The Apple ID no longer has ${lost.join(", ")}.`,
    },
    {
      name: "bell",
      ok: mac.bellHung === true,
      detail:
        mac.bellHung === true
          ? "It rings here."
          : "Its webhook could not be set: messages come in by the regular look.",
    },
    {
      name: "clock",
      ok: ahead === null || Math.abs(ahead) < clockToleranceMs,
      detail:
        ahead === null
          ? "It does not say."
          : `${Math.abs(ahead / 1000).toFixed(1)} s ${ahead < 0 ? "behind" : "ahead of"} ours.`,
    },
  ];
}

function privateApiWords(mac: MacFacts): string {
  if (!mac.privateApi) return "The Private API is off: its lines only receive.";
  return mac.helperConnected
    ? "On, and its helper is connected."
    : "On, but its helper is not connected: its lines wait.";
}

/** Returns what an owner should know of a Mac, in words. */
export function warningsOf(row: AccountRow): string[] {
  const { url, mac, status, statusReason } = row;
  const warnings = [
    status === "unhealthy" ? (statusReason ?? "The Mac refuses the password: change it.") : null,
    ...addressWarnings(URL.parse(url ?? "")),
    ...(mac === null ? [] : factWarnings(mac)),
  ];
  return warnings.filter((warning) => warning !== null);
}

function addressWarnings(host: URL | null): (string | null)[] {
  if (host === null) return [];
  return [
    providerOf(host.href) !== null
      ? "This is a quick tunnel: its host name changes at each start of the server. It is followed by itself as far as the server tells it; a name of your own is safer."
      : null,
    host.protocol === "http:"
      ? "The URL is not encrypted: the password and every message can be read on the way."
      : null,
  ];
}

function factWarnings(mac: MacFacts): (string | null)[] {
  const ahead = mac.clockAheadMs ?? null;
  const offline = mac.offline ?? null;
  return [
    offline === null ? null : `It has not answered since ${new Date(offline.since).toISOString()}: ${offline.because}`,
    mac.privateApi && mac.helperConnected ? null : privateApiWords(mac),
    mac.bellHung === true
      ? null
      : "Its webhook does not lead here: messages come in by the regular look, up to a minute late.",
    ahead !== null && Math.abs(ahead) >= clockToleranceMs
      ? `Its clock is ${Math.abs(ahead / 1000).toFixed(0)} s off: set it, or messages are missed.`
      : null,
  ];
}
