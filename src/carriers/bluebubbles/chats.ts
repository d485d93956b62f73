import type { CarrierResult } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import { call, readAnswer, refuse, type Wire } from "./call.ts";
import { queryRows } from "./rows.ts";
import { chatShape, type MacChat } from "./shapes.ts";
import { chatKey, plainAddress } from "./words.ts";

/** How a chat without messages may be named; macOS 26 has `any` for all. */
const prefixes = ["any", "iMessage", "SMS", "RCS"] as const;

/** Returns the Mac's name of the chat with one person, null where there is none. Names are looked up, never made: they depend on the system and on the chat's history. */
export async function findChat(wire: Wire, login: MacLogin, address: string): Promise<CarrierResult<string | null>> {
  const identifier = plainAddress(address);
  const where = [
    { statement: "chat.chat_identifier = :address", args: { address: identifier } },
    { statement: "chat.style = 45", args: {} },
  ];
  const newest = await newestOf(wire, login, where);
  if (!newest.ok || newest.value !== null) return newest;
  for (const prefix of prefixes) {
    const chat = await readChat(wire, login, `${prefix};-;${identifier}`);
    if (!chat.ok) return chat;
    if (chat.value !== null) return { ok: true, value: chat.value.guid };
  }
  return { ok: true, value: null };
}

/** Returns the Mac's name of the SMS chat with one person, null where it has none of that name. */
export async function findSmsChat(wire: Wire, login: MacLogin, address: string): Promise<CarrierResult<string | null>> {
  const chat = await readChat(wire, login, `SMS;-;${plainAddress(address)}`);
  return chat.ok ? { ok: true, value: chat.value?.guid ?? null } : chat;
}

/** Returns the name that a group has now, whose name began with another service before the system was changed; null where the Mac has it no more. */
export async function findRenamed(wire: Wire, login: MacLogin, former: string): Promise<CarrierResult<string | null>> {
  for (const prefix of prefixes) {
    const chat = await readChat(wire, login, `${prefix};${chatKey(former)}`);
    if (!chat.ok || chat.value !== null) return chat.ok ? { ok: true, value: chat.value?.guid ?? null } : chat;
  }
  return { ok: true, value: null };
}

/** The page is in the order of dates, newest first here, and short: only the chat's name is wanted. */
async function newestOf(
  wire: Wire,
  login: MacLogin,
  where: Parameters<typeof queryRows>[2]["where"],
): Promise<CarrierResult<string | null>> {
  const read = await queryRows(wire, login, { where, with: ["chat"], sort: "DESC", limit: 1 });
  return read.ok ? { ok: true, value: read.value[0]?.chats?.[0]?.guid ?? null } : read;
}

/** Returns a chat by its name, null where the Mac has none of that name. */
export async function readChat(wire: Wire, login: MacLogin, guid: string): Promise<CarrierResult<MacChat | null>> {
  const path = `chat/${encodeURIComponent(guid)}`;
  const called = await call(wire, login, { path, query: { with: "participants" } });
  if (called.kind === "answer" && called.status === 404) return { ok: true, value: null };
  return readAnswer(called, chatShape);
}

/** Returns the members of a group, without ourselves, and its name. */
export async function describeGroup(
  wire: Wire,
  login: MacLogin,
  guid: string,
): Promise<CarrierResult<{ members: string[]; name: string | null }>> {
  const chat = await readChat(wire, login, guid);
  if (!chat.ok) return chat;
  if (chat.value === null) return refuse("refused", "The Mac has no such chat any more.", 404);
  const members = (chat.value.participants ?? []).map(({ address }) => plainAddress(address));
  return { ok: true, value: { members, name: chat.value.displayName || null } };
}
