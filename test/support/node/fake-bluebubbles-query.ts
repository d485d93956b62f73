import type { FakeMac } from "./fake-bluebubbles-mac.ts";
import { type MacMessage, renderMessage } from "./fake-bluebubbles-store.ts";

export type Asked = {
  chatGuid?: string;
  with?: string[];
  offset?: number;
  limit?: number;
  sort?: "ASC" | "DESC";
  after?: number;
  before?: number;
  where?: { statement?: unknown; args?: unknown }[];
};
type Args = Record<string, unknown>;
type Test = (message: MacMessage) => boolean;

/** Thrown for SQL that this database does not understand; the server answers it with its own 500. */
export class BadStatement extends Error {}

const appleEpochMs = 978_307_200_000;
const columns: Readonly<Record<string, (message: MacMessage) => string | number | null>> = {
  "message.ROWID": ({ ROWID }) => ROWID,
  "message.guid": ({ guid }) => guid,
  "message.is_from_me": ({ isFromMe }) => (isFromMe ? 1 : 0),
  "message.is_sent": ({ isFromMe, error }) => (isFromMe && error === 0 ? 1 : 0),
  "message.service": ({ service }) => service,
  "message.destination_caller_id": ({ destinationCallerId }) => destinationCallerId,
  "message.date_edited": ({ dateEdited }) => (dateEdited === null ? 0 : (dateEdited - appleEpochMs) * 1_000_000),
  "message.error": ({ error }) => error,
  "chat.chat_identifier": ({ chat }) => chat?.identifier ?? null,
  "chat.style": ({ chat }) => chat?.style ?? null,
  "chat.guid": ({ chat }) => chat?.guid ?? null,
  "handle.id": ({ handle }) => handle?.address ?? null,
};
const comparison = /^([a-z]+\.\w+) (>=|<=|=|>|<) (?::(\w+)|(-?\d+)|'([^']*)')$/i;
const list = /^([a-z]+\.\w+) IN \(:\.\.\.(\w+)\)$/i;
const newest = "message.ROWID = (SELECT MAX(m2.ROWID) FROM message m2)";

/** Answers `message/query`: joined as asked, in the order of dates whatever `where` says, a page of it. */
export function queryMessages(mac: FakeMac, asked: Asked): { data: unknown[]; metadata: Record<string, number> } {
  const joins = readJoins(asked.with ?? []);
  const joined = joins.has("chat") || asked.chatGuid !== undefined;
  const tests = readWhere(mac, asked.where ?? [], joined);
  const { offset = 0, limit = 100, sort = "DESC", after, before } = asked;
  const found = mac.db.messages
    .filter((message) => !joined || message.chat !== null)
    .filter((message) => asked.chatGuid === undefined || message.chat?.guid === asked.chatGuid)
    .filter(
      (message) => (after === undefined || message.date >= after) && (before === undefined || message.date <= before),
    )
    .filter((message) => tests.every((test) => test(message)))
    .sort((one, other) => (sort === "ASC" ? 1 : -1) * (one.date - other.date || one.ROWID - other.ROWID));
  const page = found.slice(Number(offset), Number(offset) + Number(limit));
  return {
    data: page.map((message) => renderMessage(message, joins)),
    metadata: { offset: Number(offset), limit: Number(limit), total: found.length, count: page.length },
  };
}

/** Returns what is joined, by the names that the server knows. */
export function readJoins(names: readonly string[]): Set<string> {
  const joins = new Set<string>();
  for (const name of names.map((one) => one.trim().toLowerCase())) {
    if (["chat", "chats", "chats.participants"].includes(name)) joins.add("chat");
    if (name === "chats.participants") joins.add("chats.participants");
    if (["attachment", "attachments", "attachment.metadata"].includes(name)) joins.add("attachment");
    if (name === "message-summary-info") joins.add("message-summary-info");
  }
  return joins;
}

function readWhere(mac: FakeMac, where: NonNullable<Asked["where"]>, joined: boolean): Test[] {
  const names: string[] = [];
  const tests = where.flatMap(({ statement, args }) => {
    const values = (args ?? {}) as Args;
    names.push(...Object.keys(values));
    return String(statement)
      .split(/ AND /)
      .map((part) => readStatement(mac, part.trim(), values, joined));
  });
  if (new Set(names).size !== names.length)
    mac.violate(`two arguments of one query have the same name: ${names.join()}`);
  return tests;
}

function readStatement(mac: FakeMac, statement: string, args: Args, joined: boolean): Test {
  if (statement === newest) {
    const last = Math.max(0, ...mac.db.messages.map(({ ROWID }) => ROWID));
    return ({ ROWID }) => ROWID === last;
  }
  const inList = list.exec(statement);
  if (inList !== null) {
    const values = args[inList[2] ?? ""];
    if (!Array.isArray(values)) throw new BadStatement(`SQLITE_ERROR: no list for ${inList[2]}`);
    const column = readColumn(inList[1], joined);
    return (message) => values.includes(column(message));
  }
  const compared = comparison.exec(statement);
  if (compared === null) throw new BadStatement(`SQLITE_ERROR: near "${statement}": syntax error`);
  const [, name, operator, argument, digits, quoted] = compared;
  if (argument !== undefined && !Object.hasOwn(args, argument)) throw new BadStatement(`SQLITE_ERROR: no :${argument}`);
  const value = argument !== undefined ? args[argument] : digits !== undefined ? Number(digits) : quoted;
  const column = readColumn(name, joined);
  return (message) => compare(column(message), operator ?? "", value);
}

function readColumn(name: string | undefined, joined: boolean) {
  const column = columns[name ?? ""];
  if (column === undefined || (name?.startsWith("chat.") && !joined)) {
    throw new BadStatement(`SQLITE_ERROR: no such column: ${name}`);
  }
  return column;
}

function compare(one: string | number | null, operator: string, other: unknown): boolean {
  if (one === null || typeof one !== typeof other) return false;
  if (operator === "=") return one === other;
  const order = typeof one === "number" ? one - Number(other) : one.localeCompare(String(other));
  if (operator === ">" || operator === "<") return operator === ">" ? order > 0 : order < 0;
  return operator === ">=" ? order >= 0 : order <= 0;
}
