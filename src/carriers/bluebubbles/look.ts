import * as z from "zod";
import type { LineAbility, LineCapabilities, MacFacts } from "../../domain/line.ts";
import type { Capability, CarrierResult } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import { call, readAnswer, refuse, type Wire } from "./call.ts";
import { newestRow } from "./rows.ts";
import { aheadMs } from "./settle.ts";
import { plainAddress } from "./words.ts";

const pingMs = 2_000;
/** The server measures its clock each time. */
const infoMs = 20_000;
const word = z.string().nullish().catch(null);
const info = z.object({
  os_version: word,
  server_version: word,
  private_api: z.boolean().catch(false),
  helper_connected: z.boolean().catch(false),
  proxy_service: word,
  detected_imessage: word,
  macos_time_sync: z.number().nullish().catch(null),
});
type Info = z.infer<typeof info>;
const alias = z.union([z.string(), z.object({ Alias: z.string() }).transform(({ Alias }) => Alias)]);
const aliasList = z.array(alias).nullish().catch(null);
const cloud = z.object({
  active_alias: word,
  aliases: aliasList,
  vetted_aliases: aliasList,
  login_status_message: word,
  sms_forwarding_enabled: z.boolean().nullish().catch(null),
});
type Cloud = z.infer<typeof cloud>;
export type MacLook = MacFacts & { clockAheadMs: number | null };

/** Looks at the Mac: that it answers, what it runs, which addresses its Apple ID has, and what can so be done with them. Without a helper nobody can say which. */
export async function look(wire: Wire, login: MacLogin): Promise<CarrierResult<MacLook>> {
  const ping = readAnswer(await call(wire, login, { path: "ping", timeoutMs: pingMs }), z.literal("pong"));
  if (!ping.ok) return ping;
  const described = readAnswer(await call(wire, login, { path: "server/info", timeoutMs: infoMs }), info);
  if (!described.ok) return described;
  const facts = described.value;
  if (!facts.private_api || !facts.helper_connected) return { ok: true, value: sayWhat(wire, login, facts, null) };
  const account = readAnswer(await call(wire, login, { path: "icloud/account" }), cloud);
  if (account.ok) return { ok: true, value: sayWhat(wire, login, facts, account.value) };
  return account.refusal.status === 500 ? { ok: true, value: sayWhat(wire, login, facts, null) } : account;
}

function sayWhat(wire: Wire, login: MacLogin, facts: Info, account: Cloud | null): MacLook {
  const detected = facts.detected_imessage ? [facts.detected_imessage] : [];
  const aliases = account === null ? detected : (account.vetted_aliases ?? []);
  return {
    serverVersion: facts.server_version ?? null,
    macosVersion: facts.os_version ?? null,
    privateApi: facts.private_api,
    helperConnected: facts.helper_connected,
    proxy: facts.proxy_service || null,
    aliases: aliases.map(plainAddress),
    activeAlias: readActive(account, login, detected),
    capabilities: capabilitiesOf({
      serverVersion: facts.server_version ?? null,
      macosVersion: facts.os_version ?? null,
      privateApi: facts.private_api,
      smsForwarding: account?.sms_forwarding_enabled ?? null,
      mayUseAppleScript: login.mayUseAppleScript,
    }),
    checkedAt: wire.now(),
    clockAheadMs: aheadMs(facts.macos_time_sync),
  };
}

/** While nobody can say from which address chats begin, what is known holds: the newest chat, whose address the server detects, may be another's. */
function readActive(account: Cloud | null, { activeAlias }: MacLogin, [detected]: string[]): string | null {
  const active = account?.active_alias ?? activeAlias ?? detected;
  return active ? plainAddress(active) : null;
}

/** What decides about a line's abilities. */
export type Ground = {
  serverVersion: string | null;
  macosVersion: string | null;
  privateApi: boolean;
  smsForwarding: boolean | null;
  mayUseAppleScript: boolean;
};

/**
 * Returns what a line can do, by server, system and settings. Replies crash Messages on macOS 26; the server before 1.9.10 starts typing where it should stop; Find My
 * shows nothing by itself from macOS 14 on; a FaceTime link needs a setting that the server does not show.
 */
export function capabilitiesOf(ground: Ground): LineCapabilities {
  const { privateApi } = ground;
  const macos = Number.parseInt(ground.macosVersion ?? "", 10) || null;
  const where = (test: (version: number) => boolean): Ability =>
    privateApi && (macos === null ? "unknown" : test(macos));
  const canSend = privateApi || ground.mayUseAppleScript;
  const sms: Ability = privateApi && (ground.smsForwarding ?? "unknown");
  return {
    ...(Object.fromEntries(privateAbilities.map((ability) => [ability, privateApi])) as Pick<
      LineCapabilities,
      PrivateAbility
    >),
    send: canSend,
    attachments: canSend,
    replies: where((version) => version < 26),
    stop_typing: privateApi && isAfter(ground.serverVersion, [1, 9, 9]),
    edit: where((version) => version >= 13),
    unsend: where((version) => version >= 13),
    facetime_link: where((version) => version >= 12) && "unknown",
    find_my: where((version) => version < 14) === true || (privateApi && "unknown"),
    sms,
    rcs: where((version) => version >= 15) && sms && "unknown",
  };
}

type Ability = boolean | "unknown";
/** What comes with the Private API on every system. */
const privateAbilities = [
  "start_conversation",
  "multipart",
  "effects",
  "reactions",
  "typing",
  "read",
  "groups",
  "group_manage",
  "availability",
  "contact_share",
] as const satisfies LineAbility[];
type PrivateAbility = (typeof privateAbilities)[number];

function isAfter(version: string | null, than: readonly number[]): boolean {
  const parts = (version ?? "").split(/[.-]/).map(Number);
  for (const [index, part] of than.entries()) {
    const difference = (parts[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Tries a Mac against one capability and says in words what was found; the helper and the Apple account are what lets a line speak. */
export async function probe(
  wire: Wire,
  login: MacLogin,
  capability: Capability,
): Promise<CarrierResult<{ detail: string }>> {
  if (capability === "messages") {
    const newest = await newestRow(wire, login);
    return newest.ok ? { ok: true, value: { detail: "The Mac's messages can be read." } } : newest;
  }
  const looked = await look(wire, login);
  if (!looked.ok) return looked;
  const { serverVersion, macosVersion, privateApi, helperConnected, aliases } = looked.value;
  if (capability === "credentials") {
    return {
      ok: true,
      value: { detail: `BlueBubbles Server ${serverVersion ?? "?"} answers on macOS ${macosVersion ?? "?"}.` },
    };
  }
  if (!privateApi) return refuse("private_api_off", "The Private API is off on this Mac: its lines receive only.");
  if (!helperConnected)
    return refuse("private_api_off", "Messages on the Mac is not connected to the server: its helper is missing.");
  if (aliases.length === 0) return refuse("refused", "The Mac's Apple ID is not signed in to iMessage.");
  return { ok: true, value: { detail: `The Mac's Apple ID can be written to at ${aliases.join(", ")}.` } };
}
