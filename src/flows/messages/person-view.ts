import { listApiKeys } from "../../directory/api-keys.ts";
import { findOrganization } from "../../directory/organizations.ts";
import type { Contact, MessageView } from "../../domain/calls/reading.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readFell } from "../../domain/fallback.ts";
import type { KeyMode, Protocol } from "../../domain/snapshot.ts";
import { askPool } from "../ask-pool.ts";
import type { Deps } from "../deps.ts";

/** How many keys are asked in one call: an invocation may ask 50 times outside itself on the free plan. */
const keysAtOnce = 40;

/** One key's side of a person: how often they wrote to each other, and when last. */
export type PersonKey = {
  id: string;
  name: string;
  mode: KeyMode;
  protocol: Protocol | null;
  messages: number;
  lastAt: number | null;
};
export type PersonView = {
  chatId: string;
  contact: Contact | null;
  keys: PersonKey[];
  /** Of all these keys, the newest first. */
  messages: (MessageView & { keyId: string })[];
  keysLeftOut: number;
};

/** Returns one person as all living keys of an organization know them, over every network: `not_found` where none has written with them. */
export async function viewPerson(
  deps: Deps,
  organizationId: string,
  asked: { contact: string; limit: number },
): Promise<Result<PersonView>> {
  if ((await findOrganization(deps.db, organizationId)) === null) return fail("not_found", "Organization not found.");
  const page = { organizationId, status: "living" as const, limit: keysAtOnce, offset: 0 };
  const { keys, total } = await listApiKeys(deps.db, page);
  const query = {
    chatId: asked.contact,
    sort: "desc" as const,
    direction: null,
    since: null,
    until: null,
    limit: asked.limit,
    offset: 0,
  };
  const sides = await Promise.all(
    keys.map(async (key) => ({ key, read: await askPool(deps, key.id, (pool) => pool.listMessages(null, query)) })),
  );
  const known = sides.flatMap(({ key, read }) => (read.ok ? [{ key, ...read.value }] : []));
  const [first] = known;
  if (first === undefined) return fail("not_found", "No API key of this organization has written with this person.");
  const named = known.find(({ contact }) => contact?.name != null) ?? first;
  const all = known.flatMap(({ key, contact, messages: own }) =>
    own.map((message) => ({ keyId: key.id, message, contact })),
  );
  // One that another key carries is one message: its own key tells of it.
  const carried = new Set(all.flatMap(({ message }) => readFell(message.carrierDetail)?.message_id ?? []));
  const messages = all
    .filter(({ message }) => !carried.has(message.id))
    .sort((left, right) => right.message.createdAt - left.message.createdAt)
    .slice(0, asked.limit);
  return ok({
    chatId: first.chatId,
    contact: named.contact,
    keys: known.map(({ key, messages: own, total: count }) => ({
      id: key.id,
      name: key.name,
      mode: key.mode,
      protocol: key.protocol,
      messages: count,
      lastAt: own[0]?.createdAt ?? null,
    })),
    messages,
    keysLeftOut: Math.max(0, total - keys.length),
  });
}
