import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { timestamp } from "../../shapes/fields.ts";
import * as own from "../../v2/contacts/contract.ts";
import { apiKeyParams } from "../api-keys/contract.ts";

const ofKey = { base: "admin", auth: "admin", tags: ["Key contacts"], params: apiKeyParams } as const;
const ofContact = {
  ...ofKey,
  params: z.object({ ...apiKeyParams.shape, ...own.getContact.params.shape }),
} as const;
const asOwn = "As the key itself sees it.";

export const listKeyContacts = defineOperation({
  ...ofKey,
  id: "listKeyContacts",
  method: "get",
  path: "/api-keys/{apiKeyId}/contacts",
  summary: "List a key's contacts",
  description: asOwn,
  query: own.listContacts.query,
  answers: own.listContacts.answers,
  errors: ["not_found"],
});

export const createKeyContact = defineOperation({
  ...ofKey,
  id: "createKeyContact",
  method: "post",
  path: "/api-keys/{apiKeyId}/contacts",
  summary: "Create a contact of a key",
  description: "Traffic makes contacts by itself: this is for naming somebody before the first message.",
  body: own.createContact.body.strict(),
  answers: own.createContact.answers,
  errors: ["not_found", "already_exists"],
});

export const getKeyContact = defineOperation({
  ...ofContact,
  id: "getKeyContact",
  method: "get",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}",
  summary: "Read a contact of a key",
  description: asOwn,
  answers: own.getContact.answers,
  errors: ["not_found"],
});

export const updateKeyContact = defineOperation({
  ...ofContact,
  id: "updateKeyContact",
  method: "patch",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}",
  summary: "Change a contact of a key",
  description: "A `name` or `time_zone` of null clears it.",
  body: own.updateContact.body.strict(),
  answers: own.updateContact.answers,
  errors: ["not_found"],
});

export const deleteKeyContact = defineOperation({
  ...ofContact,
  id: "deleteKeyContact",
  method: "delete",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}",
  summary: "Delete a contact of a key",
  description: "Its messages stay, and with its next message it comes back.",
  answers: own.deleteContact.answers,
  errors: ["not_found"],
});

export const eraseKeyContact = defineOperation({
  ...ofContact,
  id: "eraseKeyContact",
  method: "post",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}/erase",
  summary: "Erase everything of a person",
  description:
    "Messages, events, deliveries, links, name and tags of this contact go from this key for good. That they opted out is kept, since they must not be written to again. Twilio, and your own webhook receivers, keep what they have.",
  answers: {
    200: {
      description: "What was erased.",
      schema: z.object({
        erased_at: timestamp,
        messages: z.int(),
        events: z.int(),
        kept_opt_out: z.boolean().meta({ description: "That they opted out, by what and when, is still known." }),
      }),
    },
  },
  errors: ["not_found", "message_on_its_way"],
});

export const addKeyContactTags = defineOperation({
  ...ofContact,
  id: "addKeyContactTags",
  method: "post",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}/tags",
  summary: "Tag a contact of a key",
  description: "Tags that it has already stay as they are.",
  body: own.addContactTags.body,
  answers: own.addContactTags.answers,
  errors: ["not_found"],
});

export const removeKeyContactTag = defineOperation({
  ...ofKey,
  params: z.object({ ...apiKeyParams.shape, ...own.removeContactTag.params.shape }),
  id: "removeKeyContactTag",
  method: "delete",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}/tags/{tag}",
  summary: "Remove a tag from a contact of a key",
  description: "One that it does not have answers 404.",
  answers: own.removeContactTag.answers,
  errors: ["not_found"],
});

export const listKeyContactOptIns = defineOperation({
  ...ofContact,
  id: "listKeyContactOptIns",
  method: "get",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}/opt-ins",
  summary: "Show what a contact of a key agreed to",
  description: own.listContactOptIns.description,
  query: own.listContactOptIns.query,
  answers: own.listContactOptIns.answers,
  errors: ["not_found"],
});

export const addKeyContactOptIn = defineOperation({
  ...ofContact,
  id: "addKeyContactOptIn",
  method: "post",
  path: "/api-keys/{apiKeyId}/contacts/{contactId}/opt-ins",
  summary: "Write down that a contact of a key agreed",
  description: own.addContactOptIn.description,
  body: own.addContactOptIn.body,
  answers: own.addContactOptIn.answers,
  errors: ["not_found"],
});

export const keyContactOperations = [
  listKeyContacts,
  createKeyContact,
  getKeyContact,
  updateKeyContact,
  deleteKeyContact,
  eraseKeyContact,
  addKeyContactTags,
  removeKeyContactTag,
  listKeyContactOptIns,
  addKeyContactOptIn,
] as const;
