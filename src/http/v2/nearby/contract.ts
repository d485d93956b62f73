import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { chatIdFailures, lineFailures, segment, timestamp } from "../../shapes/fields.ts";

const ContactLocation = z
  .object({
    handle: z.string(),
    coordinates: z.array(z.number()),
    status: z.string(),
    last_updated: timestamp,
  })
  .meta({ id: "ContactLocation" });

const location = { base: "v2", auth: "api_key", tags: ["Location"] } as const;

export const listLocationContacts = defineOperation({
  ...location,
  id: "listLocationContacts",
  method: "get",
  path: "/location/contacts",
  summary: "Where friends are",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "Everybody who shares.", schema: z.object({ friends: z.array(ContactLocation) }) } },
  errors: [...lineFailures, "not_supported_on_twilio", "not_found"],
});

export const getLocationContact = defineOperation({
  ...location,
  params: z.object({ handle: segment }),
  id: "getLocationContact",
  method: "get",
  path: "/location/contacts/{handle}",
  summary: "Where one friend is",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: { 200: { description: "The place.", schema: ContactLocation } },
  errors: [...lineFailures, "not_supported_on_twilio", "not_found"],
});

export const refreshLocationContacts = defineOperation({
  ...location,
  id: "refreshLocationContacts",
  method: "post",
  path: "/location/contacts/refresh",
  summary: "Look again where friends are",
  description: "An iMessage feature: a Twilio key answers `not_supported_on_twilio`.",
  answers: {
    200: {
      description: "Everybody who shares.",
      schema: z.object({ success: z.boolean(), friends: z.array(ContactLocation) }),
    },
  },
  errors: [...lineFailures, "not_supported_on_twilio"],
});

export const callFaceTime = defineOperation({
  base: "v2",
  auth: "api_key",
  tags: ["FaceTime"],
  id: "callFaceTime",
  method: "post",
  path: "/facetime/calls",
  summary: "Make a FaceTime link",
  description: "Makes a link to send; nobody is called. A Twilio key answers `not_supported_on_twilio`.",
  body: z.object({ handle: z.string().min(1).max(320) }),
  answers: {
    200: {
      description: "The link.",
      schema: z.object({ success: z.boolean(), link: z.string(), handle: z.string() }),
    },
  },
  errors: [...chatIdFailures, ...lineFailures, "not_supported_on_twilio"],
});

export const nearbyOperations = [
  listLocationContacts,
  getLocationContact,
  refreshLocationContacts,
  callFaceTime,
] as const;
