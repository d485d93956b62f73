import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { magicRecipients } from "../../../src/carriers/sandbox/magic.ts";
import { reconcileMs } from "../../../src/domain/retry.ts";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

/** How a message to each magic recipient ends, as a client of the public API sees it; `reply` is what the person then writes. */
type End = { status: string; code?: string; unknown?: true; reply?: string; delayed?: true };

const delivered: End = { status: "delivered" };
const ends: Record<string, End> = {
  "+15005550001": { status: "failed", code: "21211" },
  "+15005550002": { status: "failed", code: "21612" },
  "+15005550003": { status: "failed", code: "21408" },
  "+15005550004": { status: "failed", code: "21610" },
  "+15005550009": { status: "failed", code: "21614" },
  "+15005551606": { status: "failed", code: "21606" },
  "+15005551611": { status: "failed", code: "21611" },
  "+15005553003": { status: "failed", code: "30003" },
  "+15005553005": { status: "failed", code: "30005" },
  "+15005553006": { status: "failed", code: "30006" },
  "+15005553007": { status: "failed", code: "30007" },
  "+15005553008": { status: "failed", code: "30008" },
  "+15005553016": { status: "failed", code: "63016" },
  "+15005553036": { status: "failed", code: "63036" },
  "+15005554001": delivered,
  "+15005554002": delivered,
  "+15005554003": delivered,
  "+15005554004": { status: "sent" },
  "+15005554005": delivered,
  "+15005554290": delivered,
  "+15005554291": delivered,
  "+15005555001": delivered,
  "+15005555002": { status: "failed", code: "outcome_unknown", unknown: true },
  "+15005555003": delivered,
  "+15005555004": { status: "delivered", unknown: true },
  "+15005555005": delivered,
  "+15005556001": { ...delivered, reply: "Hello back" },
  "+15005556002": { ...delivered, reply: "STOP" },
  "+15005556003": { ...delivered, reply: "START" },
  "+15005556004": { ...delivered, reply: "HELP" },
  "+15005556005": { ...delivered, reply: "Look at this" },
  "+15005556006": delivered,
};

const chatOf = (to: string) => `/v2/api/chats/${encodeURIComponent(to)}/messages`;

async function send(key: TestKey, to: string): Promise<string> {
  const sent = await call(chatOf(to), { body: { text: "Hello" }, token: key.token });
  expect(sent.status).toBe(202);
  return String(sent.body.message_id);
}

async function read(key: TestKey, to: string, id: string) {
  return (await call(`${chatOf(to)}/${id}`, { token: key.token })).body;
}

/** Waits longer than `eventually` does: the slowest recipient is delivered after six seconds, others wait for their turn. */
async function awaitEnd(key: TestKey, to: string, id: string, end: End): Promise<void> {
  await vi.waitFor(
    async () => {
      const message = await read(key, to, id);
      expect(message).toMatchObject({ status: end.status, error_code: end.code ?? null });
    },
    { timeout: 25_000, interval: 100 },
  );
}

afterEach(() => vi.useRealTimers());

describe("a magic recipient of the sandbox", () => {
  it("has an end in the table of this test, every one of them", () => {
    expect(Object.keys(ends).sort()).toEqual(Object.keys(magicRecipients).sort());
  });

  it("ends as the table says for a client of the public API, all of them side by side", async () => {
    const key = await makeTestKey();
    const sent = await Promise.all(Object.keys(ends).map(async (to) => [to, await send(key, to)] as const));
    const known = sent.filter(([to]) => ends[to]?.unknown === undefined);
    await Promise.all(known.map(([to, id]) => awaitEnd(key, to, id, ends[to] ?? delivered)));
    for (const [to] of known) await hearReply(key, to, ends[to]?.reply);
    const open = sent.filter(([to]) => ends[to]?.unknown === true);
    for (const [to, id] of open) expect(await read(key, to, id)).toMatchObject({ outcome_unknown: true });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + reconcileMs.grace });
    // The alarm waits for no look: each ring finds what the one before it has left.
    const ringing = setInterval(() => {
      vi.setSystemTime(Date.now() + reconcileMs.secondLook + 1_000);
      void runDurableObjectAlarm(env.POOLS.getByName(key.id));
    }, 200);
    await Promise.all(open.map(([to, id]) => awaitEnd(key, to, id, ends[to] ?? delivered))).finally(() =>
      clearInterval(ringing),
    );
  }, 60_000);

  async function hearReply(key: TestKey, to: string, reply: string | undefined): Promise<void> {
    if (reply === undefined) return;
    await eventually(async () => {
      const listed = await call(`${chatOf(to)}?direction=inbound`, { token: key.token });
      const [message] = (listed.body.messages ?? []) as { text: string }[];
      return message?.text === reply;
    });
  }

  it("that answered STOP is not written to again, before the sandbox would refuse it, until it writes START", async () => {
    const key = await makeTestKey();
    const to = "+15005556002";
    const id = await send(key, to);
    await awaitEnd(key, to, id, delivered);
    const refused = await eventually(async () => {
      const again = await call(chatOf(to), { body: { text: "Again" }, token: key.token });
      return again.status === 403 ? again : null;
    });
    expect(refused.body.code).toBe("recipient_opted_out");
    await admin("/sandbox/inbound", { body: { from: to, to: key.numbers[0], text: "START" } });
    await eventually(
      async () => (await call(chatOf(to), { body: { text: "Welcome" }, token: key.token })).status === 202,
    );
  });

  it("on WhatsApp reads what it was sent", async () => {
    const key = await makeTestKey();
    const sender = "whatsapp:+15005550020";
    const to = "whatsapp:+15005556006";
    await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: sender } });
    await admin(`/numbers/${encodeURIComponent(sender)}`, { method: "PATCH", body: { api_key_id: key.id } });
    await admin("/sandbox/inbound", { body: { from: to, to: sender, text: "Hi" } });
    await eventually(async () => (await call(`${chatOf(to)}`, { token: key.token })).status === 200);
    const id = await send(key, to);
    await eventually(async () => typeof (await read(key, to, id)).read_at === "number");
  });
});
