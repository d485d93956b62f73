import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  acceptedBy,
  assignTo,
  type LiveKey,
  makeLiveKey,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

let refused: FakeAccount;
let healthy: FakeAccount;
let key: LiveKey;
let numbers: { refused: string; healthy: string };

beforeEach(async () => {
  const outside = standInForTheOutside();
  refused = outside.open();
  healthy = outside.open();
  key = await makeLiveKey(refused);
  numbers = { refused: key.numbers[0] ?? "", healthy: healthy.numbers[0]?.phoneNumber ?? "" };
  const { accountSid: account_sid, authToken: auth_token } = healthy.options;
  const connected = await admin("/integrations/twilio", {
    body: { organization_id: key.organizationId, account_sid, auth_token },
  });
  const path = `/integrations/twilio/${connected.body.integration_id}/import`;
  await admin(path, { body: { phone_numbers: [numbers.healthy] } });
  await assignTo(key.id, numbers.healthy);
  await admin(`/api-keys/${key.id}`, {
    method: "PATCH",
    body: { selection: { strategy: "round_robin", sticky: true, sticky_days: null } },
  });
});
afterEach(() => vi.restoreAllMocks());

async function refuse() {
  refused.options.authToken = "another";
  const id = await sendText(key, "Held", "+15553330001", { from_number: numbers.refused });
  await eventually(async () => (await admin(`/integrations/twilio/${key.integrationId}`)).body.status === "unhealthy");
  return id;
}

async function preview(to: string, from_number?: string) {
  return (await admin(`/api-keys/${key.id}/pool/preview`, { body: { to, ...(from_number && { from_number }) } })).body;
}

it("a number whose account is refused keeps no share of the rotation while another can send, and its contacts move on", async () => {
  await sendText(key, "Sticks to the first", "+15553330009", { from_number: numbers.refused });
  await eventually(async () => acceptedBy(refused).length === 1);
  await refuse();
  for (let index = 2; index < 6; index += 1) await sendText(key, "Leaves", `+1555333000${index}`);
  await sendText(key, "Leaves too", "+15553330009");
  await eventually(async () => acceptedBy(healthy).length === 5);
});

it("the trace, the preview and the pool say why", async () => {
  const held = await refuse();
  const id = await sendText(key, "Leaves", "+15553330002");
  const why = expect.stringContaining("its account is refused");
  const read = (await admin(`/api-keys/${key.id}/messages/${id}`)).body as { trace: { considered: unknown[] } };
  expect(read.trace.considered).toContainEqual(expect.objectContaining({ phone_number: numbers.refused, why }));
  const shown = await preview("+15553330003");
  expect(shown.from_number).toBe(numbers.healthy);
  expect(shown.considered).toContainEqual(expect.objectContaining({ phone_number: numbers.refused, why }));
  const pool = (await admin(`/api-keys/${key.id}/pool`)).body.numbers;
  const reason = "Twilio refuses its account.";
  const health = expect.objectContaining({ status: "unhealthy", reason });
  expect(pool).toContainEqual(expect.objectContaining({ phone_number: numbers.refused, health }));
  const asked = (await admin(`/api-keys/${key.id}/messages/${held}`)).body;
  expect(asked.next).toMatchObject({ why: "account_refused" });
});

it("where no other number can send, its messages are taken, wait, and the trace says so", async () => {
  await refuse();
  await assignTo(null, numbers.healthy);
  const path = `/v2/api/chats/${encodeURIComponent("+15553330004")}/messages`;
  const sent = await call(path, { body: { text: "Waits" }, token: key.token });
  expect(sent).toMatchObject({ status: 202, body: { from_number: numbers.refused } });
  const { trace } = (await admin(`/api-keys/${key.id}/messages/${sent.body.message_id}`)).body as {
    trace: { note: string };
  };
  expect(trace.note).toContain("no other number can send this message");
});

/** Leaves an untried message on the refused number and one asked for by name, then brings the healthy number back. */
async function waitThenRecover(move_waiting: boolean) {
  const tried = await refuse();
  await admin(`/api-keys/${key.id}`, { method: "PATCH", body: { move_waiting } });
  await assignTo(null, numbers.healthy);
  const untried = await sendText(key, "Untried", "+15553330005");
  const named = await sendText(key, "Named", "+15553330006", { from_number: numbers.refused });
  await assignTo(key.id, numbers.healthy);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
  return { tried, untried, named };
}

async function waitsOnRefused(id: string) {
  const { body } = await admin(`/api-keys/${key.id}/messages/${id}`);
  expect(body.next).toMatchObject({ why: "account_refused" });
}

it("what waits untried on a refused account moves where the key wishes it; what was tried or asked for by name stays", async () => {
  const { tried, untried, named } = await waitThenRecover(true);
  await eventually(async () => acceptedBy(healthy).length === 1);
  const { trace } = (await admin(`/api-keys/${key.id}/messages/${untried}`)).body as { trace: { note: string } };
  expect(trace.note).toContain(`Moved from ${numbers.refused}`);
  await waitsOnRefused(tried);
  await waitsOnRefused(named);
  expect(acceptedBy(healthy)).toHaveLength(1);
});

it("what waits on a refused account stays where the key does not wish it moved", async () => {
  const { untried } = await waitThenRecover(false);
  await waitsOnRefused(untried);
  expect(acceptedBy(healthy)).toHaveLength(0);
});

it("a number whose account has used up its messages of 24 hours is passed over in the same way, asked for by name it waits", async () => {
  const spent = {
    kind: "refuse",
    status: 429,
    code: 63038,
    message: "Account exceeded the daily messages limit",
  } as const;
  refused.faults.chooseBy(({ call: kind }) => (kind === "create" ? spent : null));
  const held = await sendText(key, "Held", "+15553330001", { from_number: numbers.refused });
  await eventually(async () => (await admin(`/api-keys/${key.id}/messages/${held}`)).body.next !== null);
  const ids: string[] = [];
  for (let index = 2; index < 6; index += 1) ids.push(await sendText(key, "Leaves", `+1555333000${index}`));
  await eventually(async () => acceptedBy(healthy).length === 4);
  const why = expect.stringContaining("account has used up its messages of 24 hours");
  const read = (await admin(`/api-keys/${key.id}/messages/${ids[0]}`)).body as { trace: { considered: unknown[] } };
  expect(read.trace.considered).toContainEqual(expect.objectContaining({ phone_number: numbers.refused, why }));
  const named = await sendText(key, "Named", "+15553330007", { from_number: numbers.refused });
  const { body } = await admin(`/api-keys/${key.id}/messages/${named}`);
  expect(body).toMatchObject({ next: { why: "daily_limit" }, trace: { note: why } });
});
