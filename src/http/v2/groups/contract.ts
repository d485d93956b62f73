import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { ComingSoon, DeleteResponse } from "../../shapes/envelope.ts";
import { calledName, chatIdFailures, direction, lineFailures, segment, timestamp } from "../../shapes/fields.ts";
import { imageTypes } from "../../shapes/images.ts";
import { Pagination, pageQuery } from "../../shapes/paging.ts";

const groupId = z.string().regex(/^grp_[a-zA-Z0-9]{1,128}$/, { error: "must be a group id such as grp_abc123." });
/** A Mac takes no name away. */
const newGroupName = z
  .string()
  .max(255)
  .refine((name) => name.trim() !== "", { error: "must hold more than blanks." });

export const Group = z
  .object({
    group_id: z.string(),
    name: z.string().nullable(),
    chat_guid: z.string().nullable(),
    icon_url: z.string().nullable(),
    member_count: z.int(),
    message_count: z.int(),
    last_message_text: z.string().nullable(),
    last_message_time: timestamp.nullable(),
    last_message_direction: direction.nullable(),
    created_at: timestamp,
  })
  .meta({ id: "Group" });

const DeviceSyncResult = z
  .object({
    chat_guid: z.string(),
    action: z.enum(["add_participant", "remove_participant", "leave"]),
    synced: z.boolean(),
    error: z.string().nullish(),
  })
  .meta({ id: "DeviceSyncResult" });

const GroupCreated = z
  .object({ ...Group.shape, added_members: z.array(z.string()), created_contacts: z.array(z.string()) })
  .meta({ id: "GroupCreated" });

const GroupUpdated = z
  .object({ ...Group.shape, device_sync: DeviceSyncResult.optional() })
  .meta({ id: "GroupUpdated" });

export const GroupsPage = z.object({ groups: z.array(Group), pagination: Pagination }).meta({ id: "GroupsPage" });

const GroupMember = z
  .object({
    id: z.string(),
    contact_id: z.string(),
    identifier: z.string(),
    name: z.string().nullable(),
    added_at: timestamp,
  })
  .meta({ id: "GroupMember" });

const GroupMembersPage = z
  .object({
    group_id: z.string(),
    group_name: z.string().nullable(),
    icon_url: z.string().nullable(),
    members: z.array(GroupMember),
    pagination: Pagination,
  })
  .meta({ id: "GroupMembersPage" });

const GroupIconResponse = z
  .object({
    success: z.boolean(),
    group_id: z.string(),
    chat_guid: z.string(),
    icon_url: z.string().optional(),
    device_sync: z.object({ chat_guid: z.string(), synced: z.boolean(), message: z.string().optional() }),
    message: z.string().optional(),
  })
  .meta({ id: "GroupIconResponse" });

const common = { base: "v2", auth: "api_key", tags: ["Groups"] } as const;
const ofGroup = { ...common, params: z.object({ groupId }) } as const;
const onlyIMessage = [...lineFailures, "not_supported_on_twilio", "not_found"] as const;

export const listGroups = defineOperation({
  ...common,
  id: "listGroups",
  method: "get",
  path: "/groups",
  summary: "List groups",
  description: "Groups are an iMessage feature: a Twilio key has none, and reads an empty page.",
  query: z.object({
    ...pageQuery,
    q: z.string().max(255).optional().meta({ description: "Part of a group's name." }),
    sort: z.enum(["recent", "oldest", "name_asc", "name_desc"]).default("recent"),
  }),
  answers: { 200: { description: "One page of groups.", schema: GroupsPage } },
  errors: [],
});

export const createGroup = defineOperation({
  ...common,
  id: "createGroup",
  method: "post",
  path: "/groups",
  summary: "Create a group",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  body: z.object({
    name: calledName,
    chat_guid: z.string().max(512).nullish(),
    members: z.array(z.string().min(1).max(320)).max(100).nullish(),
  }),
  answers: { 201: { description: "The new group.", schema: GroupCreated } },
  errors: [...chatIdFailures, "not_supported_on_twilio", "not_found", "already_exists"],
});

export const getGroup = defineOperation({
  ...ofGroup,
  id: "getGroup",
  method: "get",
  path: "/groups/{groupId}",
  summary: "Read a group",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "The group.", schema: Group } },
  errors: onlyIMessage,
});

export const updateGroup = defineOperation({
  ...ofGroup,
  id: "updateGroup",
  method: "patch",
  path: "/groups/{groupId}",
  summary: "Rename a group",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  body: z.object({ name: newGroupName.optional() }),
  answers: { 200: { description: "The group as it now stands.", schema: GroupUpdated } },
  errors: onlyIMessage,
});

export const deleteGroup = defineOperation({
  ...ofGroup,
  id: "deleteGroup",
  method: "delete",
  path: "/groups/{groupId}",
  summary: "Delete a group",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "When it was deleted.", schema: DeleteResponse } },
  errors: onlyIMessage,
});

export const listGroupMembers = defineOperation({
  ...ofGroup,
  id: "listGroupMembers",
  method: "get",
  path: "/groups/{groupId}/members",
  summary: "List a group's members",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  query: z.object(pageQuery),
  answers: { 200: { description: "One page of members.", schema: GroupMembersPage } },
  errors: onlyIMessage,
});

export const addGroupMember = defineOperation({
  ...ofGroup,
  id: "addGroupMember",
  method: "post",
  path: "/groups/{groupId}/members",
  summary: "Add a group member",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  body: z.object({ contact_id: z.string().min(1).max(320) }),
  answers: {
    200: {
      description: "A member already.",
      schema: z.object({ message: z.string(), member: GroupMember }),
    },
    201: {
      description: "The new member.",
      schema: z.object({ member: GroupMember, contact_created: z.boolean() }),
    },
    501: { description: "Coming soon.", schema: ComingSoon },
  },
  errors: [...chatIdFailures, ...onlyIMessage],
});

export const removeGroupMember = defineOperation({
  ...common,
  params: z.object({ groupId, contactId: segment }),
  id: "removeGroupMember",
  method: "delete",
  path: "/groups/{groupId}/members/{contactId}",
  summary: "Remove a group member",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: {
    200: {
      description: "When the member was removed.",
      schema: z.object({ success: z.boolean(), removed_at: timestamp }),
    },
    501: { description: "Coming soon.", schema: ComingSoon },
  },
  errors: [...chatIdFailures, ...onlyIMessage],
});

export const setGroupIcon = defineOperation({
  ...ofGroup,
  id: "setGroupIcon",
  method: "post",
  path: "/groups/{groupId}/icon",
  summary: "Set a group's icon",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  multipart: { field: "icon", maxBytes: 10 * 1024 * 1024, types: imageTypes },
  answers: { 200: { description: "The new icon.", schema: GroupIconResponse } },
  errors: onlyIMessage,
});

export const removeGroupIcon = defineOperation({
  ...ofGroup,
  id: "removeGroupIcon",
  method: "delete",
  path: "/groups/{groupId}/icon",
  summary: "Remove a group's icon",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "The icon is gone.", schema: GroupIconResponse } },
  errors: onlyIMessage,
});

export const groupOperations = [
  listGroups,
  createGroup,
  getGroup,
  updateGroup,
  deleteGroup,
  listGroupMembers,
  addGroupMember,
  removeGroupMember,
  setGroupIcon,
  removeGroupIcon,
] as const;
