import type { Context, Hono } from "hono";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import type { GroupAnswer, GroupCall, GroupPerson, GroupView } from "../../../domain/line-calls.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { renewLink } from "../../../flows/links-and-media/media-url.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import * as operations from "./contract.ts";

/** Registers the groups of a key's lines; a Twilio key has none. */
export function mountGroups(router: Hono<Edge>): void {
  mountReading(router);
  mountChanging(router);
  mountIcon(router);
  mountMembers(router);
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    operations.listGroups,
    async ({ query, reply }, c) => {
      const credential = credentialOf(c);
      const asked = { ...query, q: query.q ?? null };
      const page = await askPool(c.get("deps"), credential.keyId, (pool) => pool.listGroups(credential, asked));
      if (!page.ok) return page;
      const groups = await Promise.all(page.value.groups.map((group) => toGroup(c, group)));
      return reply(200, { groups, pagination: paginate(query, page.value.total) });
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.getGroup,
    async ({ params, reply }, c) => {
      const group = await readGroup(c, params.groupId);
      return group.ok ? reply(200, await toGroup(c, group.value)) : group;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.listGroupMembers,
    async ({ params, query, reply }, c) => {
      const read = await readGroup(c, params.groupId);
      if (!read.ok) return read;
      const { id, name, iconUrl, members } = read.value;
      const page = members.slice(query.offset, query.offset + query.limit).map(toMember);
      const pagination = paginate(query, members.length);
      const icon_url = await renewIcon(c, iconUrl);
      return reply(200, { group_id: id, group_name: name, icon_url, members: page, pagination });
    },
    apiKeyGuard,
  );
}

function mountChanging(router: Hono<Edge>): void {
  mount(
    router,
    operations.createGroup,
    async ({ body, reply }, c) => {
      const { name, chat_guid: guid, members } = body;
      const made = await callGroup(c, { kind: "create", name, guid: guid ?? null, members: members ?? [] });
      if (!made.ok) return made;
      const { group, newContacts } = made.value;
      const added = group.members.map(({ identifier }) => identifier);
      return reply(201, { ...(await toGroup(c, group)), added_members: added, created_contacts: newContacts });
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.updateGroup,
    async ({ params: { groupId }, body: { name }, reply }, c) => {
      if (name === undefined) {
        const group = await readGroup(c, groupId);
        return group.ok ? reply(200, await toGroup(c, group.value)) : group;
      }
      const done = await callGroup(c, { kind: "rename", groupId, name });
      if (!done.ok) return done;
      const { group, sync } = done.value;
      if (sync?.synced === false) return fail("line_refused", refusedBy(sync.error));
      return reply(200, await toGroup(c, group));
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.deleteGroup,
    async ({ params: { groupId }, reply }, c) => {
      const done = await callGroup(c, { kind: "delete", groupId });
      return done.ok ? reply(200, { success: true, deleted_at: done.value.at }) : done;
    },
    apiKeyGuard,
  );
}

function mountIcon(router: Hono<Edge>): void {
  mount(
    router,
    operations.setGroupIcon,
    async ({ params: { groupId }, body: { file }, reply }, c) => {
      const icon = { bytes: new Uint8Array(await file.arrayBuffer()), type: file.type };
      const done = toIcon(await callGroup(c, { kind: "set_icon", groupId, icon }));
      return done.ok ? reply(200, done.value) : done;
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.removeGroupIcon,
    async ({ params: { groupId }, reply }, c) => {
      const done = toIcon(await callGroup(c, { kind: "remove_icon", groupId }));
      return done.ok ? reply(200, done.value) : done;
    },
    apiKeyGuard,
  );
}

function toIcon(done: Result<GroupAnswer>) {
  if (!done.ok) return done;
  const { group, sync } = done.value;
  if (sync === null) return fail("not_found", "The group has no chat on the Mac yet: send its first message before.");
  if (!sync.synced) return fail("line_refused", refusedBy(sync.error));
  const device = { chat_guid: sync.guid, synced: true };
  const icon = group.iconUrl === null ? {} : { icon_url: group.iconUrl };
  return ok({ success: true, group_id: group.id, chat_guid: sync.guid, ...icon, device_sync: device });
}

function mountMembers(router: Hono<Edge>): void {
  mount(
    router,
    operations.addGroupMember,
    async ({ params: { groupId }, body, reply }, c) => {
      const done = await callGroup(c, { kind: "add_member", groupId, contact: body.contact_id });
      if (!done.ok) return done;
      const { person, wasMember, newContacts } = done.value;
      if (person === null) return fail("not_found");
      const member = toMember(person);
      if (wasMember) return reply(200, { message: "A member already.", member });
      return reply(201, { member, contact_created: newContacts.length > 0 });
    },
    apiKeyGuard,
  );
  mount(
    router,
    operations.removeGroupMember,
    async ({ params: { groupId, contactId }, reply }, c) => {
      const done = await callGroup(c, { kind: "remove_member", groupId, contact: contactId });
      return done.ok ? reply(200, { success: true, removed_at: done.value.at }) : done;
    },
    apiKeyGuard,
  );
}

function callGroup(c: Context<Edge>, call: GroupCall): Promise<Result<GroupAnswer>> {
  const credential = credentialOf(c);
  return askPool(c.get("deps"), credential.keyId, (pool) => pool.callGroup(credential, call));
}

function readGroup(c: Context<Edge>, groupId: string): Promise<Result<GroupView>> {
  const credential = credentialOf(c);
  return askPool(c.get("deps"), credential.keyId, (pool) => pool.readGroup(credential, groupId));
}

function refusedBy(error: string | null): string {
  return `Temporary communication error: the Mac did not do it: ${error ?? ""}`;
}

/** A picture that was set before this gateway held the line has no link. */
async function renewIcon(c: Context<Edge>, url: string | null): Promise<string | null> {
  return url === null ? null : renewLink(c.get("deps"), url);
}

async function toGroup(
  c: Context<Edge>,
  { id, name, guid, iconUrl, members, messageCount, lastMessage, createdAt }: GroupView,
) {
  return {
    group_id: id,
    name,
    chat_guid: guid,
    icon_url: await renewIcon(c, iconUrl),
    member_count: members.length,
    message_count: messageCount,
    last_message_text: lastMessage?.text ?? null,
    last_message_time: lastMessage?.at ?? null,
    last_message_direction: lastMessage?.direction ?? null,
    created_at: createdAt,
  };
}

function toMember({ contactId, identifier, name, addedAt }: GroupPerson) {
  return { id: identifier, contact_id: contactId, identifier, name, added_at: addedAt };
}
