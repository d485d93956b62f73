import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { listBegun } from "../../../../src/directory/begun.ts";
import { keepUnclaimed } from "../../../../src/directory/unclaimed.ts";
import type { InboundMessage } from "../../../../src/domain/calls/inbound.ts";
import type { PoolCalls } from "../../../../src/domain/pool-calls.ts";
import type { Deps } from "../../../../src/flows/deps.ts";
import { finishBegun } from "../../../../src/flows/finish-begun.ts";
import { heedEverywhere } from "../../../../src/flows/messages/heed-everywhere.ts";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { freshDeps } from "../../../support/workers/cut.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  assignTo,
  freshNumber,
  joinAccount,
  type LiveKey,
  makeLiveKey,
  type Outside,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const agent = "rcs:brand_agent";
let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;
let sister: { id: string; token: string };
let stranger: { id: string; token: string };
let person: string;

/** Two keys with numbers of one account, and one of the same organization with a number of another. */
beforeEach(async () => {
  outside = standInForTheOutside();
  const [first, second] = [freshNumber(), freshNumber()];
  twilio = outside.open({ numbers: [first, second] });
  key = await makeLiveKey(twilio, { numbers: [first] });
  sister = await makeKey();
  await admin(`/integrations/twilio/${key.integrationId}/import`, { body: { phone_numbers: [second] } });
  await assignTo(sister.id, second);
  stranger = await makeKey();
  await joinAccount({ ...stranger, organizationId: key.organizationId }, outside.open());
  person = freshNumber();
});

async function makeKey() {
  const { body } = await admin("/api-keys", { body: { name: "Another", organization_id: key.organizationId } });
  return { id: String(body.api_key_id), token: String(body.key) };
}

async function write(text: string, to: string, more: { times?: number } = {}) {
  const url = twilio.numbers[0]?.fields.sms_url ?? "";
  const [answer] = await twilio.sendInbound({ from: `rcs:${person}`, to, text, url, ...more });
  expect(answer?.status).toBe(200);
}

/** Returns what a send to the person by SMS is refused with, null where it is taken. */
async function refusal({ token }: { token: string }) {
  const path = `/v2/api/chats/${encodeURIComponent(person)}/messages`;
  const sent = await call(path, { body: { text: "Hello" }, token });
  return sent.status === 202 ? null : sent.body.code;
}

const refusals = () => Promise.all([key, sister, stranger].map(refusal));

it("STOP to an RCS agent opts the person out of SMS from every pool with numbers of its account, and of no other", async () => {
  await write("STOP", agent);
  expect(await refusals()).toEqual(["recipient_opted_out", "recipient_opted_out", null]);
  const { opt_outs } = (await admin(`/api-keys/${key.id}/opt-outs?contact=${encodeURIComponent(person)}`)).body;
  expect(opt_outs).toMatchObject([{ contact: person, source: "agent_keyword" }]);
});

it("STOP to an agent that was imported and that no key holds is heeded like STOP to one that never was", async () => {
  await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: agent } });
  await write("STOP", agent);
  expect(await refusals()).toEqual(["recipient_opted_out", "recipient_opted_out", null]);
  await write("START", agent);
  expect(await refusals()).toEqual([null, null, null]);
});

it("is told once, however often Twilio repeats it", async () => {
  const webhook_url = "https://customer.example/agent";
  await call("/v2/api/webhooks", { body: { webhook_url, events: ["contact.*"] }, token: key.token });
  await write("STOP", agent, { times: 3 });
  await write("START", agent);
  const heard = await eventually(async () => (outside.told.length >= 2 ? outside.told : null));
  expect(heard.map(({ body }) => [body.event, body.external_id, body.internal_id, body.source])).toEqual([
    ["contact.opted_out", person, agent, "agent_keyword"],
    ["contact.opted_in", person, agent, "agent_keyword"],
  ]);
});

it("START to the agent takes back STOP to the agent, and not what the person said to a number of the pool", async () => {
  const [number = ""] = key.numbers;
  await write("STOP", number);
  await write("STOP", agent);
  expect(await refusals()).toEqual(["recipient_opted_out", "recipient_opted_out", null]);
  await write("START", agent);
  expect(await refusals()).toEqual(["recipient_opted_out", null, null]);
  await write("START", number);
  expect(await refusals()).toEqual([null, null, null]);
});

it("START at a number of the pool is the last word, also after STOP to the agent", async () => {
  await write("STOP", agent);
  await write("START", key.numbers[0] ?? "");
  expect(await refusals()).toEqual([null, "recipient_opted_out", null]);
});

it.each([{ direction: "outbound" }, { channels: ["whatsapp"] }])(
  "is heeded whatever the account's settings keep out: %j",
  async (change) => {
    const sync = { direction: "both", channels: ["sms"], events: "both", media: true, ...change };
    await admin(`/integrations/twilio/${key.integrationId}`, { method: "PATCH", body: { sync } });
    await write("STOP", agent);
    expect(await refusals()).toEqual(["recipient_opted_out", "recipient_opted_out", null]);
  },
);

it("an ordinary message to the agent, and STOP to a Messenger page, opt nobody out of SMS", async () => {
  await write("Stop it, please", agent);
  const url = twilio.numbers[0]?.fields.sms_url ?? "";
  await twilio.sendInbound({ from: "messenger:77", to: "messenger:108", text: "STOP", url });
  expect(await refusals()).toEqual([null, null, null]);
});

it("reaches every pool of an account that has more of them than one turn can tell", { timeout: 30_000 }, async () => {
  // Pools of which nothing else is known stand before the real ones in the order of ids.
  await env.DB.prepare(
    `INSERT INTO api_keys SELECT ${await columnsOf("api_keys", { id: "'key_000' || i", short_number: "1000000 + i" })}
     FROM api_keys, (WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 170) SELECT i FROM n) WHERE id = ?`,
  )
    .bind(key.id)
    .run();
  await env.DB.prepare(
    `INSERT INTO numbers SELECT ${await columnsOf("numbers", { address: "'+1999555' || i", api_key_id: "'key_000' || i" })}
     FROM numbers, (WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 170) SELECT i FROM n) WHERE address = ?`,
  )
    .bind(key.numbers[0])
    .run();
  await write("STOP", agent);
  await eventually(async () => (await refusal(key)) === "recipient_opted_out");
});

/** Returns the columns of a table, some of them in other words, for a copy of one of its rows. */
async function columnsOf(table: string, others: Record<string, string>): Promise<string> {
  const { results } = await env.DB.prepare(`SELECT name FROM pragma_table_info(?)`).bind(table).all<{ name: string }>();
  return results.map(({ name }) => others[name] ?? name).join(", ");
}

it("a pool that cannot be told holds back no other, and the watchdog tells it in a later round; a later wish is the last word", async () => {
  const broken = without(key.id);
  await tell(broken, wish("STOP", "SMstop1"));
  expect(await refusals()).toEqual([null, "recipient_opted_out", null]);
  await finishBegun(freshDeps());
  expect(await refusals()).toEqual(["recipient_opted_out", "recipient_opted_out", null]);
  const deps = freshDeps();
  await tell(deps, wish("START", "SMstart1"));
  await tell(broken, wish("STOP", "SMstop2"));
  await tell(deps, wish("START", "SMstart2"));
  await finishBegun(deps);
  expect(await refusals()).toEqual([null, null, null]);
  expect(await listBegun(deps.db, 10)).toEqual([]);
});

const failingPool = { receive: () => Promise.reject(new Error("The object is gone.")) } as unknown as PoolCalls;

/** The gateway without one pool, which cannot be told anything. */
function without(keyId: string): Deps {
  const deps = freshDeps();
  return { ...deps, pool: (id: string) => (id === keyId ? failingPool : deps.pool(id)) };
}

function wish(text: string, providerId: string): InboundMessage {
  const what = { channel: "rcs" as const, text, attachments: [], verified: true, optOutType: null, detail: {} };
  return { providerId, accountId: key.integrationId, from: person, to: agent, ...what };
}

function tell(deps: Deps, message: InboundMessage) {
  return heedEverywhere(deps, message, async () => {
    await keepUnclaimed(deps.db, message, Date.now());
    return { ok: true, value: null };
  });
}

it("a pool that cannot be told is told also where the agent comes to a key meanwhile, and what the person says to that key stands", async () => {
  const address = "rcs:other_agent";
  await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address } });
  await tell(without(key.id), { ...wish("STOP", "SMstop3"), to: address });
  await assignTo(stranger.id, address);
  expect(await refusals()).toEqual([null, "recipient_opted_out", "recipient_opted_out"]);
  await write("START", address);
  await finishBegun(freshDeps());
  expect(await refusals()).toEqual(["recipient_opted_out", "recipient_opted_out", null]);
  expect(await listBegun(freshDeps().db, 10)).toEqual([]);
});

it("a wish that not all pools have heeded reaches the pool to which a number of the account comes meanwhile, wherever it stands in the order of keys", async () => {
  const [number = ""] = key.numbers;
  await tell(without(key.id), wish("STOP", "SMstop4"));
  await env.DB.prepare("UPDATE begun SET detail = json_array('SMstop4', 'key_zzz') WHERE kind = 'heed'").run();
  await admin(`/numbers/${encodeURIComponent(number)}`, { method: "PATCH", body: { api_key_id: stranger.id } });
  await finishBegun(freshDeps());
  expect(await refusal(stranger)).toBe("recipient_opted_out");
});
