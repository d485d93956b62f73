import * as z from "zod";
import { isTimeZone } from "../../../domain/time-zones.ts";
import { defineOperation } from "../../operation.ts";
import { DeleteResponse } from "../../shapes/envelope.ts";
import { segment, timestamp } from "../../shapes/fields.ts";
import { Pagination, pageQuery, searchText } from "../../shapes/paging.ts";

const identityType = z.enum(["phone", "email"]);

export const Contact = z
  .object({
    id: z.string(),
    contact_id: z.string(),
    identifier: z.string().meta({ description: "The phone number or email address; equal to `id`." }),
    name: z.string().nullable(),
    type: identityType,
    created_at: timestamp,
    last_message_time: timestamp.nullable(),
    time_zone: z.string().nullish().meta({ description: "As it was set; null: where its number lies." }),
    tags: z.array(z.string()),
  })
  .meta({ id: "Contact" });

export const ContactsPage = z
  .object({ contacts: z.array(Contact), pagination: Pagination })
  .meta({ id: "ContactsPage" });

export const ContactCapabilities = z
  .object({
    contact: z.string(),
    type: identityType,
    capabilities: z.object({
      imessage: z.boolean(),
      sms: z.boolean(),
      facetime: z.boolean(),
      whatsapp: z.boolean().optional(),
    }),
    last_checked: timestamp,
  })
  .meta({ id: "Capabilities" });

export const Tags = z
  .object({ tags: z.array(z.object({ tag: z.string(), created_at: timestamp })) })
  .meta({ id: "Tags" });

export const TagsAdded = z.object({ success: z.boolean(), tags_added: z.array(z.string()) }).meta({ id: "TagsAdded" });

const name = z.string().max(255);
const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: "must be the name of a time zone, for example America/New_York." });
const tag = z.string().min(1).max(64);

const common = { base: "v2", auth: "api_key", tags: ["Contacts"] } as const;
const ofContact = { ...common, params: z.object({ contactId: segment }) } as const;

export const listContacts = defineOperation({
  ...common,
  id: "listContacts",
  method: "get",
  path: "/contacts",
  summary: "List contacts",
  description: "People whom messages or calls of the API made known to this key. `q` is part of a number or name.",
  query: z.object({
    ...pageQuery,
    q: searchText.optional().meta({ description: "Part of an identifier or a name." }),
    sort: z.enum(["recent", "oldest", "name_asc", "name_desc"]).default("recent"),
  }),
  answers: { 200: { description: "One page of contacts.", schema: ContactsPage } },
  errors: [],
});

export const createContact = defineOperation({
  ...common,
  id: "createContact",
  method: "post",
  path: "/contacts",
  summary: "Create a contact",
  description: "Answers 409 where there is one already.",
  body: z.object({ identifier: z.string().min(1).max(320), name: name.nullish() }),
  answers: { 201: { description: "The new contact.", schema: Contact } },
  errors: ["already_exists"],
});

export const getContact = defineOperation({
  ...ofContact,
  id: "getContact",
  method: "get",
  path: "/contacts/{contactId}",
  summary: "Read a contact",
  description: "By its phone number or email address.",
  answers: { 200: { description: "The contact.", schema: Contact } },
  errors: ["not_found"],
});

export const updateContact = defineOperation({
  ...ofContact,
  id: "updateContact",
  method: "patch",
  path: "/contacts/{contactId}",
  summary: "Change a contact",
  description:
    "A `name` or `time_zone` of null clears it. Quiet hours go by the time zone, else by where the number lies.",
  body: z.object({ name: name.nullish(), time_zone: timeZone.nullish() }),
  answers: { 200: { description: "The contact as it now stands.", schema: Contact } },
  errors: ["not_found"],
});

export const deleteContact = defineOperation({
  ...ofContact,
  id: "deleteContact",
  method: "delete",
  path: "/contacts/{contactId}",
  summary: "Delete a contact",
  description: "Forgets name and tags. Messages, stickiness and an opt-out stay.",
  answers: { 200: { description: "When it was deleted.", schema: DeleteResponse } },
  errors: ["not_found"],
});

export const getContactCapabilities = defineOperation({
  ...ofContact,
  id: "getContactCapabilities",
  method: "get",
  path: "/contacts/{contactId}/capabilities",
  summary: "What a contact can receive",
  description: "What this key's numbers could carry to the contact, judged from its form; nobody is asked.",
  answers: { 200: { description: "The contact's capabilities.", schema: ContactCapabilities } },
  errors: ["no_active_number"],
});

export const listContactTags = defineOperation({
  ...ofContact,
  id: "listContactTags",
  method: "get",
  path: "/contacts/{contactId}/tags",
  summary: "List a contact's tags",
  description: "Tags in the order in which they were given.",
  answers: { 200: { description: "The tags.", schema: Tags } },
  errors: ["not_found"],
});

export const addContactTags = defineOperation({
  ...ofContact,
  id: "addContactTags",
  method: "post",
  path: "/contacts/{contactId}/tags",
  summary: "Tag a contact",
  description: "Tags that the contact has already are passed over.",
  body: z.object({ tags: z.array(tag).min(1).max(100) }),
  answers: { 201: { description: "The tags that were asked for.", schema: TagsAdded } },
  errors: ["not_found"],
});

export const removeContactTag = defineOperation({
  ...common,
  params: z.object({ contactId: segment, tag }),
  id: "removeContactTag",
  method: "delete",
  path: "/contacts/{contactId}/tags/{tag}",
  summary: "Remove a tag from a contact",
  description: "Answers 404 where the contact has no such tag.",
  answers: { 200: { description: "When it was removed.", schema: DeleteResponse } },
  errors: ["not_found"],
});

export const contactOperations = [
  listContacts,
  createContact,
  getContact,
  updateContact,
  deleteContact,
  getContactCapabilities,
  listContactTags,
  addContactTags,
  removeContactTag,
] as const;
