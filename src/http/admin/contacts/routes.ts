import type { Hono } from "hono";
import { fail } from "../../../domain/failure.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import { readOptIn, toContact, toOptIn } from "../../v2/contacts/routes.ts";
import { askKey } from "../ask-key.ts";
import * as operations from "./contract.ts";

/** Registers a key's contacts and their tags as the admin keeps them: the same shapes that the key itself gets. */
export function mountKeyContacts(router: Hono<Edge>): void {
  mountReading(router);
  mountKeeping(router);
  mountErasing(router);
  mountTags(router);
  mountOptIns(router);
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    operations.listKeyContacts,
    async ({ params, query, reply }, c) => {
      const asked = { ...query, q: query.q ?? null };
      const page = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.listContacts(null, asked));
      if (!page.ok) return page;
      const { contacts, total } = page.value;
      return reply(200, { contacts: contacts.map(toContact), pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.getKeyContact,
    async ({ params, reply }, c) => {
      const found = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.readContact(null, params.contactId));
      return found.ok ? reply(200, toContact(found.value)) : found;
    },
    adminGuard,
  );
}

function mountKeeping(router: Hono<Edge>): void {
  mount(
    router,
    operations.createKeyContact,
    async ({ params, body, reply }, c) => {
      const { identifier, name = null } = body;
      const made = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.createContact(null, identifier, name));
      if (!made.ok) return made;
      const contact = toContact(made.value.contact);
      if (made.value.created) return reply(201, contact);
      return fail("already_exists", "This contact exists already.", { contact });
    },
    adminGuard,
  );

  mount(
    router,
    operations.updateKeyContact,
    async ({ params, body, reply }, c) => {
      const { apiKeyId, contactId } = params;
      const renamed = await askKey(c.get("deps"), apiKeyId, (pool) =>
        pool.renameContact(null, contactId, body.name, body.time_zone),
      );
      return renamed.ok ? reply(200, toContact(renamed.value)) : renamed;
    },
    adminGuard,
  );

  mount(
    router,
    operations.deleteKeyContact,
    async ({ params, reply }, c) => {
      const gone = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.deleteContact(null, params.contactId));
      return gone.ok ? reply(200, { success: true, deleted_at: gone.value.deletedAt }) : gone;
    },
    adminGuard,
  );
}

function mountErasing(router: Hono<Edge>): void {
  mount(
    router,
    operations.eraseKeyContact,
    async ({ params, reply }, c) => {
      const erased = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.eraseContact(params.contactId));
      if (!erased.ok) return erased;
      const { erasedAt, messages, events, keptOptOut } = erased.value;
      return reply(200, { erased_at: erasedAt, messages, events, kept_opt_out: keptOptOut });
    },
    adminGuard,
  );
}

function mountTags(router: Hono<Edge>): void {
  mount(
    router,
    operations.addKeyContactTags,
    async ({ params, body, reply }, c) => {
      const { apiKeyId, contactId } = params;
      const added = await askKey(c.get("deps"), apiKeyId, (pool) => pool.addTags(null, contactId, body.tags));
      return added.ok ? reply(201, { success: true, tags_added: added.value.tags }) : added;
    },
    adminGuard,
  );

  mount(
    router,
    operations.removeKeyContactTag,
    async ({ params, reply }, c) => {
      const { apiKeyId, contactId, tag } = params;
      const gone = await askKey(c.get("deps"), apiKeyId, (pool) => pool.removeTag(null, contactId, tag));
      return gone.ok ? reply(200, { success: true, deleted_at: gone.value.deletedAt }) : gone;
    },
    adminGuard,
  );
}

function mountOptIns(router: Hono<Edge>): void {
  mount(
    router,
    operations.listKeyContactOptIns,
    async ({ params, query, reply }, c) => {
      const { apiKeyId, contactId } = params;
      const page = await askKey(c.get("deps"), apiKeyId, (pool) => pool.listOptIns(null, contactId, query));
      if (!page.ok) return page;
      const { optIns, total } = page.value;
      return reply(200, { opt_ins: optIns.map(toOptIn), pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.addKeyContactOptIn,
    async ({ params, body, reply }, c) => {
      const { apiKeyId, contactId } = params;
      const kept = await askKey(c.get("deps"), apiKeyId, (pool) => pool.addOptIn(null, contactId, readOptIn(body)));
      return kept.ok ? reply(201, toOptIn(kept.value)) : kept;
    },
    adminGuard,
  );
}
