import type { Context, Hono } from "hono";
import type { Credential } from "../../../domain/calls/asker.ts";
import type { SpokenContact } from "../../../domain/channel-calls.ts";
import { channelTypeOf } from "../../../domain/channel-event.ts";
import { contactId, identityId, readContactId } from "../../../domain/channel-ids.ts";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import type { PoolCalls } from "../../../domain/pool-calls.ts";
import { publicStatus } from "../../../domain/status.ts";
import { apiKeyGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import type { InputOf } from "../../operation.ts";
import { paginate } from "../../shapes/paging.ts";
import { askChannels, askOwn, known } from "../ask.ts";
import { readOffset, writeCursor } from "../cursor.ts";
import { toPage } from "../shapes.ts";
import * as operations from "./contract.ts";

/** Registers contacts and their tags by v4. */
export function mountV4Contacts(router: Hono<Edge>): void {
  mountListing(router);
  mountKeeping(router);
  mountTags(router);
}

function mountListing(router: Hono<Edge>): void {
  mount(
    router,
    operations.listV4Contacts,
    async ({ query, reply }, c) => {
      const page = await listContacts(c, query);
      if (!page.ok) return page;
      const { contacts, total, lines, offset } = page.value;
      const end = offset + query.limit;
      const data = contacts.map((contact) => toContact(contact, lines));
      const answer = toPage(data, writeCursor(end < total ? end : null));
      const asksForPages = [query.offset, query.q, query.tag, query.sort].some((one) => one !== undefined);
      const pagination = paginate({ limit: query.limit, offset }, total);
      return reply(200, asksForPages ? { ...answer, pagination } : answer);
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.getV4Contact,
    async ({ params, reply }, c) => {
      const found = await readContact(c, params.contact);
      return found.ok ? reply(200, { data: found.value }) : found;
    },
    apiKeyGuard,
  );
}

type Query = InputOf<typeof operations.listV4Contacts>["query"];
type Listed = { contacts: SpokenContact[]; total: number; lines: boolean; offset: number };

async function listContacts(c: Context<Edge>, query: Query): Promise<Result<Listed>> {
  const { identifier, tag, q = null, sort, limit } = query;
  const place = offsetOf(query);
  if (!place.ok) return place;
  const offset = place.value;
  if (identifier !== undefined) return findByIdentifier(c, identifier, offset);
  if (tag !== undefined && (q !== null || sort !== undefined))
    return fail("invalid_request", "tag goes without q and sort: send it alone.");
  const found =
    tag === undefined
      ? await askChannels(c, { kind: "contacts", query: { q, sort: sort ?? "recent", limit, offset } })
      : await askChannels(c, { kind: "tagged", tag, limit, offset });
  return found.ok ? ok({ ...found.value, offset }) : found;
}

function offsetOf({ offset, cursor }: Query): Result<number> {
  if (offset === undefined) return readOffset(cursor);
  if (cursor === undefined) return ok(offset);
  return fail("invalid_request", "offset and cursor exclude each other: send one.");
}

async function findByIdentifier(c: Context<Edge>, id: string, offset: number): Promise<Result<Listed>> {
  const found = await askChannels(c, { kind: "contact", id });
  if (!found.ok && found.failure.code !== "not_found") return found;
  const contacts = found.ok ? [found.value.contact] : [];
  const lines = found.ok && found.value.lines;
  return ok({ contacts: contacts.slice(offset), total: contacts.length, lines, offset });
}

function mountKeeping(router: Hono<Edge>): void {
  mount(
    router,
    operations.createV4Contact,
    async ({ body, reply }, c) => {
      const onWhatsApp = body.channel_type === "whatsapp_business" && !/^whatsapp:/i.test(body.identifier);
      const identifier = onWhatsApp ? `whatsapp:${body.identifier}` : body.identifier;
      const made = await askOwn(c, (pool, credential) => pool.createContact(credential, identifier, body.name ?? null));
      if (!made.ok) return made;
      const id = contactId(made.value.contact.id);
      if (!made.value.created) return fail("already_exists", "This contact exists already.", { id });
      const contact = await readContact(c, id);
      return contact.ok ? reply(201, { data: contact.value }) : contact;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.updateV4Contact,
    async ({ params, body, reply }, c) => {
      const changed = await change(c, params.contact, (pool, credential, id) =>
        pool.renameContact(credential, id, body.name),
      );
      return changed.ok ? reply(200, { data: changed.value }) : changed;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.deleteV4Contact,
    async ({ params, reply }, c) => {
      const id = known(readContactId(params.contact), "Contact");
      if (!id.ok) return id;
      const gone = await askOwn(c, (pool, credential) => pool.deleteContact(credential, id.value));
      return gone.ok ? reply(200, { data: { id: params.contact, deleted: true } }) : gone;
    },
    apiKeyGuard,
  );
}

function mountTags(router: Hono<Edge>): void {
  mount(
    router,
    operations.listV4ContactTags,
    async ({ params, reply }, c) => {
      const found = await readContact(c, params.contact);
      return found.ok ? reply(200, { data: found.value.tags }) : found;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.addV4ContactTags,
    async ({ params, body, reply }, c) => {
      const tags = [...(body.tags ?? []), ...(body.tag === undefined ? [] : [body.tag])];
      const changed = await change(c, params.contact, (pool, credential, id) => pool.addTags(credential, id, tags));
      return changed.ok ? reply(200, { data: changed.value.tags }) : changed;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.removeV4ContactTag,
    async ({ params, reply }, c) => {
      const changed = await change(c, params.contact, (pool, credential, id) =>
        pool.removeTag(credential, id, params.tag),
      );
      return changed.ok ? reply(200, { data: changed.value.tags }) : changed;
    },
    apiKeyGuard,
  );
}

/** Changes a contact and returns it as it then stands. */
async function change<T>(
  c: Context<Edge>,
  contact: string,
  work: (pool: PoolCalls, credential: Credential, id: string) => Promise<Result<T>>,
) {
  const id = known(readContactId(contact), "Contact");
  if (!id.ok) return id;
  const done = await askOwn(c, (pool, credential) => work(pool, credential, id.value));
  return done.ok ? readContact(c, contact) : done;
}

async function readContact(c: Context<Edge>, contact: string) {
  const id = known(readContactId(contact), "Contact");
  if (!id.ok) return id;
  const found = await askChannels(c, { kind: "contact", id: id.value });
  return found.ok ? ok(toContact(found.value.contact, found.value.lines)) : found;
}

function toContact(contact: SpokenContact, lines: boolean) {
  const { id, name, createdAt, tags, lastMessageAt, last } = contact;
  const channel_type = channelTypeOf(id, lines);
  const status = last?.status;
  return {
    id: contactId(id),
    name,
    created_at: createdAt,
    tags: tags.map(({ tag }) => tag),
    last_message_time: lastMessageAt,
    last_direction: last?.direction ?? null,
    last_text: last?.text ?? null,
    last_status: status === undefined ? null : status === "read" ? status : (publicStatus(status) ?? "received"),
    identities: [
      { id: identityId(channel_type, id), channel_type, identifier: id, channel_id: null, created_at: createdAt },
    ],
  };
}
