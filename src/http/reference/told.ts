import type { EventName } from "../../domain/event.ts";

type Schema = Record<string, unknown>;

/** When each event is told. */
export const eventWords: Readonly<Record<EventName, string>> = {
  "message.received": "Somebody wrote to one of the numbers.",
  "message.queued": "A message was accepted and waits to leave. Only for those who name it.",
  "message.sending": "A message is leaving. Only for those who name it.",
  "message.sent": "The carrier took a message to the network.",
  "message.delivered": "A message is on the recipient's device.",
  "message.failed": "A message will not arrive; the error fields say why and what to do.",
  "message.read": "The recipient read a message, where the channel says so.",
  "message.clicked": "Somebody followed a short link.",
  "message.reaction": "Somebody reacted to a message, or took a reaction back.",
  "message.device_sent": "A person wrote from a line's own phone or Mac. Only for those who name it.",
  "message.edited": "A person changed the text of a message, on an iMessage line. Only for those who name it.",
  "message.unsent": "A person took a message back, on an iMessage line. Only for those who name it.",
  "group.name_changed": "A group of an iMessage line has another name.",
  "group.icon_changed": "A group of an iMessage line has another picture.",
  "typing.started": "Somebody types to an iMessage line.",
  "typing.stopped": "Somebody types no more.",
  "number.unhealthy": "A number fails too often and is passed over. Only for those who name it.",
  "number.recovered": "A number that was passed over is chosen again. Only for those who name it.",
  "call.received": "Somebody called one of the numbers. Only for those who name it.",
  "contact.opted_out": "A person wants no more messages. Only for those who name it.",
  "contact.opted_in": "A person wants messages again. Only for those who name it.",
  "webhook.failing": "Another webhook has failed for three days. Only for those who name it.",
  "api_key.paused": "The key paused itself, as one does that was stolen. Only for those who name it.",
};

const headers: Readonly<Record<string, string>> = {
  "webhook-id": "The event's id, the same on every attempt: drop what you have seen.",
  "webhook-timestamp": "Unix seconds of this attempt; part of what is signed.",
  "webhook-signature":
    "Standard Webhooks 1.0: `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; two of them while a rotation overlaps.",
  "X-Blooio-Signature": "`t=…,v1=…`: the hex HMAC-SHA256 of `t.body` under the whole secret.",
  "X-Blooio-Event": "The event's name.",
};

/** Returns the document's `webhooks`: what we POST to a receiver, by event; `payload` is the schema of the body. */
export function describeWebhooks(payload: Schema): Schema {
  return Object.fromEntries(
    Object.entries(eventWords).map(([name, words]) => [name, { post: describeEvent(name, words, payload) }]),
  );
}

function describeEvent(name: string, words: string, payload: Schema): Schema {
  return {
    operationId: `told_${name.replace(".", "_")}`,
    summary: name,
    description: words,
    tags: ["Webhooks"],
    security: [],
    parameters: Object.entries(headers).map(([header, description]) => ({
      name: header,
      in: "header",
      required: true,
      description,
      schema: { type: "string" },
    })),
    requestBody: { required: true, content: { "application/json": { schema: payload } } },
    responses: {
      "2XX": { description: "Taken. Answer within 15 seconds and do the work afterwards." },
      "410": { description: "Switches the webhook off at once." },
      "4XX": { description: "A failure like any other: tried again by the schedule, for three days." },
    },
  };
}
