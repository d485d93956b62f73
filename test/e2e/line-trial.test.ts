import { afterAll, beforeAll, expect, test } from "vitest";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
}, 150_000);
afterAll(async () => {
  await gateway.stop();
  await gateway.forget();
});

async function ask(path: string, token: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(`${gateway.url}${path}`, init);
  const read = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(read)}`);
  return read;
}
const admin = (path: string, body: object) => ask(`/admin/api${path}`, gateway.adminToken, body);

test("a fresh gateway holds an iMessage line without a Mac: what docs/sandbox.md says sends, delivers and answers", async () => {
  const mac = await admin("/integrations/bluebubbles", { url: "https://mac.sandbox.invalid", password: "sandbox" });
  const { api_key_id, key } = await admin("/api-keys", { name: "iMessage trial", mode: "test" });
  const line = mac.active_alias;
  const { integration_id } = mac;
  await admin("/numbers", { phone_number: line, protocol: "blooio", integration_id, api_key_id });
  const token = String(key);
  const sent = await ask(`/v2/api/chats/${encodeURIComponent("+15005556001")}/messages`, token, { text: "Hello" });
  expect(sent.from_number).toBe(line);
  const wanted = ["message.sent", "message.delivered", "typing.started", "message.received"];
  let told: Record<string, unknown>[] = [];
  for (let tries = 0; tries < 100 && wanted.some((name) => !told.some(({ event }) => event === name)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    told = (await ask("/v2/api/events?limit=50", token)).events as Record<string, unknown>[];
  }
  expect(told.map(({ event }) => event)).toEqual(expect.arrayContaining(wanted));
  const answer = told.find(({ event }) => event === "message.received");
  expect(answer).toMatchObject({ text: "Hello back", protocol: "imessage", internal_id: line });
}, 60_000);
