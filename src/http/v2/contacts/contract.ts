import * as z from "zod";
import { longestOptIn } from "../../../domain/opt-in.ts";
import { isTimeZone } from "../../../domain/time-zones.ts";
import { defineOperation } from "../../operation.ts";
import { DeleteResponse } from "../../shapes/envelope.ts";
import { calledName, segment, timestamp, wholeNumber } from "../../shapes/fields.ts";
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

export const OptIn = z
  .object({
    agreed_at: timestamp,
    source: z.string().meta({ description: "Where they agreed." }),
    words: z.string().nullable().meta({ description: "What they agreed to." }),
    recorded_at: timestamp,
    recorded_by: z.enum(["api_key", "admin", "list", "reply"]).meta({
      description:
        "`list`: it stood in a campaign's list. `reply`: they said yes to a campaign's question, which `words` holds.",
    }),
    campaign_id: z.string().optional(),
    answer: z.string().optional(),
    question_message_id: z.string().optional(),
    answer_message_id: z.string().optional(),
  })
  .meta({ id: "OptIn" });

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
  body: z.object({ identifier: z.string().min(1).max(320), name: calledName.nullish() }),
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
  body: z.object({ name: calledName.nullish(), time_zone: timeZone.nullish() }),
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
  description:
    "What this key's numbers could carry to the contact. By Twilio numbers it is judged from the contact's form, and nobody is asked. On iMessage lines the Mac is asked, once a day for each contact; where it cannot say and nothing is known, the answer is an error and no guess. `facetime` is true only where the Mac said so.",
  answers: { 200: { description: "The contact's capabilities.", schema: ContactCapabilities } },
  errors: ["no_active_number", "line_offline", "not_supported_on_line", "rate_limited"],
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

export const listContactOptIns = defineOperation({
  ...ofContact,
  id: "listContactOptIns",
  method: "get",
  path: "/contacts/{contactId}/opt-ins",
  summary: "Show what a contact agreed to",
  description:
    "As it was written down, newest first: when, where and by which words, and a yes to a campaign's question with both messages.",
  query: z.object(pageQuery),
  answers: {
    200: { description: "One page of it.", schema: z.object({ opt_ins: z.array(OptIn), pagination: Pagination }) },
  },
  errors: [],
});

export const addContactOptIn = defineOperation({
  ...ofContact,
  id: "addContactOptIn",
  method: "post",
  path: "/contacts/{contactId}/opt-ins",
  summary: "Write down that a contact agreed",
  description:
    "Makes the contact where there is none. The same once more changes nothing, and nothing here lifts an opt-out.",
  body: z.strictObject({
    agreed_at: wholeNumber()
      .min(0)
      .meta({ format: "int64", description: "When they agreed, in epoch milliseconds, not later than now." }),
    source: z
      .string()
      .trim()
      .min(1)
      .max(longestOptIn.source)
      .meta({ description: "Where: a page's address, a shop, a form." }),
    words: z
      .string()
      .trim()
      .min(1)
      .max(longestOptIn.words)
      .nullish()
      .meta({ description: "The words they agreed to." }),
  }),
  answers: { 201: { description: "As it is kept.", schema: OptIn } },
  errors: [],
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
  listContactOptIns,
  addContactOptIn,
] as const;
