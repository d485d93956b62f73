import type { Hono } from "hono";
import type * as z from "zod";
import type { ContactView } from "../../../domain/contact-view.ts";
import { fail } from "../../../domain/failure.ts";
import type { GivenOptIn, OptIn } from "../../../domain/opt-in.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import * as operations from "./contract.ts";

/** Registers contacts and their tags; traffic makes contacts by itself, so this is for naming, finding and tidying. */
export function mountContacts(router: Hono<Edge>): void {
  mountListing(router);
  mountKeeping(router);
  mountTags(router);
  mountOptIns(router);
}

function mountListing(router: Hono<Edge>): void {
  mount(
    router,
    operations.listContacts,
    async ({ query, reply }, c) => {
      const credential = credentialOf(c);
      const asked = { ...query, q: query.q ?? null };
      const page = await askPool(c.get("deps"), credential.keyId, (pool) => pool.listContacts(credential, asked));
      if (!page.ok) return page;
      const { contacts, total } = page.value;
      return reply(200, { contacts: contacts.map(toContact), pagination: paginate(query, total) });
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.getContact,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const { contactId } = params;
      const found = await askPool(c.get("deps"), credential.keyId, (pool) => pool.readContact(credential, contactId));
      return found.ok ? reply(200, toContact(found.value)) : found;
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.getContactCapabilities,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const judged = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.judgeCapabilities(credential, params.contactId),
      );
      if (!judged.ok) return judged;
      const { contact, type, sms, whatsapp, imessage = false, facetime = false, checkedAt } = judged.value;
      const capabilities = { imessage, sms, facetime, ...(whatsapp ? { whatsapp } : {}) };
      return reply(200, { contact, type, capabilities, last_checked: checkedAt });
    },
    apiKeyGuard,
  );
}

function mountKeeping(router: Hono<Edge>): void {
  mount(
    router,
    operations.createContact,
    async ({ body, reply }, c) => {
      const credential = credentialOf(c);
      const made = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.createContact(credential, body.identifier, body.name ?? null),
      );
      if (!made.ok) return made;
      const contact = toContact(made.value.contact);
      if (made.value.created) return reply(201, contact);
      return fail("already_exists", "This contact exists already.", { contact });
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.updateContact,
    async ({ params, body, reply }, c) => {
      const credential = credentialOf(c);
      const renamed = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.renameContact(credential, params.contactId, body.name, body.time_zone),
      );
      return renamed.ok ? reply(200, toContact(renamed.value)) : renamed;
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.deleteContact,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const { contactId } = params;
      const gone = await askPool(c.get("deps"), credential.keyId, (pool) => pool.deleteContact(credential, contactId));
      return gone.ok ? reply(200, { success: true, deleted_at: gone.value.deletedAt }) : gone;
    },
    apiKeyGuard,
  );
}

function mountTags(router: Hono<Edge>): void {
  mount(
    router,
    operations.listContactTags,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const { contactId } = params;
      const found = await askPool(c.get("deps"), credential.keyId, (pool) => pool.readContact(credential, contactId));
      if (!found.ok) return found;
      return reply(200, { tags: found.value.tags.map(({ tag, createdAt }) => ({ tag, created_at: createdAt })) });
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.addContactTags,
    async ({ params, body, reply }, c) => {
      const credential = credentialOf(c);
      const added = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.addTags(credential, params.contactId, body.tags),
      );
      return added.ok ? reply(201, { success: true, tags_added: added.value.tags }) : added;
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.removeContactTag,
    async ({ params, reply }, c) => {
      const credential = credentialOf(c);
      const gone = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.removeTag(credential, params.contactId, params.tag),
      );
      return gone.ok ? reply(200, { success: true, deleted_at: gone.value.deletedAt }) : gone;
    },
    apiKeyGuard,
  );
}

function mountOptIns(router: Hono<Edge>): void {
  mount(
    router,
    operations.listContactOptIns,
    async ({ params, query, reply }, c) => {
      const credential = credentialOf(c);
      const page = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.listOptIns(credential, params.contactId, query),
      );
      if (!page.ok) return page;
      const { optIns, total } = page.value;
      return reply(200, { opt_ins: optIns.map(toOptIn), pagination: paginate(query, total) });
    },
    apiKeyGuard,
  );

  mount(
    router,
    operations.addContactOptIn,
    async ({ params, body, reply }, c) => {
      const credential = credentialOf(c);
      const kept = await askPool(c.get("deps"), credential.keyId, (pool) =>
        pool.addOptIn(credential, params.contactId, readOptIn(body)),
      );
      return kept.ok ? reply(201, toOptIn(kept.value)) : kept;
    },
    apiKeyGuard,
  );
}

/** Returns what a body says of an opt-in. */
export function readOptIn(body: z.output<typeof operations.addContactOptIn.body>): GivenOptIn {
  return { agreedAt: body.agreed_at, source: body.source, words: body.words ?? null };
}

/** Returns an opt-in as answers show it. */
export function toOptIn({ proof, ...optIn }: OptIn): z.output<typeof operations.OptIn> {
  return {
    agreed_at: optIn.agreedAt,
    source: optIn.source,
    words: optIn.words,
    recorded_at: optIn.recordedAt,
    recorded_by: optIn.recordedBy,
    ...(proof === null ? {} : { campaign_id: proof.campaignId }),
    ...(proof?.answer === undefined ? {} : { answer: proof.answer }),
    ...(proof?.questionMessageId === undefined ? {} : { question_message_id: proof.questionMessageId }),
    ...(proof?.answerMessageId === undefined ? {} : { answer_message_id: proof.answerMessageId }),
  };
}

/** Returns a contact as answers show it. */
export function toContact(contact: ContactView) {
  return {
    id: contact.id,
    contact_id: contact.contactId,
    identifier: contact.id,
    name: contact.name,
    type: contact.type,
    created_at: contact.createdAt,
    last_message_time: contact.lastMessageAt,
    time_zone: contact.timeZone ?? null,
    tags: contact.tags.map(({ tag }) => tag),
  };
}
