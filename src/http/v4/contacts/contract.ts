import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { calledName, direction, timestamp, wholeNumber } from "../../shapes/fields.ts";
import { Pagination, searchText } from "../../shapes/paging.ts";
import { channelType, deleted, id, item, listQuery, page, v4 } from "../shapes.ts";

const V4Contact = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    created_at: timestamp,
    tags: z.array(z.string()),
    last_message_time: timestamp.nullable(),
    last_direction: direction.nullable(),
    last_text: z.string().nullable(),
    last_status: z.string().nullable(),
    identities: z.array(
      z.object({
        id: z.string(),
        channel_type: channelType,
        identifier: z.string(),
        channel_id: z.string().nullable(),
        created_at: timestamp,
      }),
    ),
  })
  .meta({ id: "V4Contact" });

const listed = page(V4Contact, "One page of contacts.");
const paged = listed.schema.extend({
  pagination: Pagination.optional().meta({ description: "Where `offset`, `q`, `tag` or `sort` was given." }),
});
const tag = z.string().min(1).max(64);
const tags = { description: "The contact's tags as they now stand.", schema: z.object({ data: z.array(z.string()) }) };
const ofContact = { ...v4, params: z.object({ contact: id }), errors: ["not_found"] } as const;

export const listV4Contacts = defineOperation({
  ...v4,
  id: "listV4Contacts",
  method: "get",
  path: "/contacts",
  summary: "List contacts",
  description: "`tag` goes without `q` and `sort`, and `identifier` alone.",
  query: z.object({
    ...listQuery,
    identifier: searchText.min(1).optional(),
    q: searchText.optional(),
    tag: tag.optional(),
    sort: z.enum(["recent", "oldest", "name_asc", "name_desc"]).optional(),
    filter: z.enum(["none"]).optional(),
    offset: wholeNumber().min(0).optional(),
  }),
  answers: { 200: { description: listed.description, schema: paged } },
  errors: [],
});

export const createV4Contact = defineOperation({
  ...v4,
  id: "createV4Contact",
  method: "post",
  path: "/contacts",
  summary: "Create a contact",
  description: "Answers 409 where there is one already.",
  body: z.object({
    identifier: id.meta({ description: "A phone number or an e-mail address." }),
    name: calledName.nullish(),
    channel_type: channelType.nullish(),
  }),
  answers: { 201: item(V4Contact, "The new contact.") },
  errors: ["already_exists"],
});

export const getV4Contact = defineOperation({
  ...ofContact,
  id: "getV4Contact",
  method: "get",
  path: "/contacts/{contact}",
  summary: "Read a contact",
  description: "With the last message that it was part of.",
  answers: { 200: item(V4Contact, "The contact.") },
});

export const updateV4Contact = defineOperation({
  ...ofContact,
  id: "updateV4Contact",
  method: "patch",
  path: "/contacts/{contact}",
  summary: "Rename a contact",
  description: "A `name` of null clears it.",
  body: z.object({ name: calledName.nullable() }),
  answers: { 200: item(V4Contact, "The contact as it now stands.") },
});

export const deleteV4Contact = defineOperation({
  ...ofContact,
  id: "deleteV4Contact",
  method: "delete",
  path: "/contacts/{contact}",
  summary: "Delete a contact",
  description: "Forgets name and tags. Messages, stickiness and an opt-out stay.",
  answers: { 200: deleted },
});

export const listV4ContactTags = defineOperation({
  ...ofContact,
  id: "listV4ContactTags",
  method: "get",
  path: "/contacts/{contact}/tags",
  summary: "List a contact's tags",
  description: "In the order of the alphabet.",
  answers: { 200: tags },
});

export const addV4ContactTags = defineOperation({
  ...ofContact,
  id: "addV4ContactTags",
  method: "post",
  path: "/contacts/{contact}/tags",
  summary: "Tag a contact",
  description: "Tags that the contact has already are passed over.",
  body: z
    .object({ tags: z.array(tag).min(1).max(100).optional(), tag: tag.optional() })
    .refine(({ tags, tag }) => tags !== undefined || tag !== undefined, { error: "Send tags, or one tag." }),
  answers: { 200: tags },
});

export const removeV4ContactTag = defineOperation({
  ...ofContact,
  params: z.object({ contact: id, tag }),
  id: "removeV4ContactTag",
  method: "delete",
  path: "/contacts/{contact}/tags/{tag}",
  summary: "Remove a tag from a contact",
  description: "Answers 404 where the contact has no such tag.",
  answers: { 200: tags },
});

export const v4ContactOperations = [
  listV4Contacts,
  createV4Contact,
  getV4Contact,
  updateV4Contact,
  deleteV4Contact,
  listV4ContactTags,
  addV4ContactTags,
  removeV4ContactTag,
] as const;
