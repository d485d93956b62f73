import { expect } from "vitest";
import { call, type TestKey } from "./gateway.ts";

/** Subscribes a key's webhook and returns its id and secret. */
export async function subscribe(key: TestKey, url: string, more: Record<string, unknown> = {}) {
  const made = await call("/v2/api/webhooks", { body: { webhook_url: url, ...more }, token: key.token });
  expect(made.status).toBe(201);
  return { id: String(made.body.webhook_id), secret: String(made.body.signing_secret) };
}

/** Sends a message and returns its id. */
export async function send(key: TestKey, to: string, body: Record<string, unknown> = { text: "Hello" }) {
  const sent = await call(`/v2/api/chats/${encodeURIComponent(to)}/messages`, { body, token: key.token });
  expect(sent.status).toBe(202);
  return String(sent.body.message_id);
}

/** A recipient whom the sandbox refuses at once: the message owes one event, message.failed. */
export const refused = "+15005550001";
