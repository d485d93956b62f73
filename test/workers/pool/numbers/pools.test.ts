import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  changeNumber,
  connectCarrier,
  evict,
  makeKey,
  makePool,
  newNumber,
  newPerson,
  type Pool,
  runs,
  send,
  senderOf,
  tally,
  writeTo,
} from "../../../support/workers/pool.ts";

const day = 24 * 60 * 60 * 1000;
const sticky = { strategy: "round_robin", sticky: true, sticky_days: null };
const loose = { strategy: "round_robin", sticky: false, sticky_days: null };

async function previewOf(pool: Pool, to: string, more: Record<string, unknown> = {}) {
  return admin(`/api-keys/${pool.id}/pool/preview`, { body: { to, ...more } });
}

async function assignmentOf(pool: Pool, contact: string): Promise<string | null> {
  const listed = await admin(`/api-keys/${pool.id}/assignments?contact=${encodeURIComponent(contact)}`);
  return (listed.body.assignments as { phone_number: string }[])[0]?.phone_number ?? null;
}

/** Everything that a choice reads: what a preview must leave as it was. */
function memoryOf(pool: Pool) {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) =>
    ["rotation", "chats", "messages", "agenda", "verdicts", "marks"].map((table) =>
      storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
    ),
  );
}

afterEach(() => vi.useRealTimers());

describe("selection", () => {
  it("is the seeds' default for Twilio, the organization's where it says more, and the key's own above both", async () => {
    const pool = await makePool([{}, {}]);
    const [first, second] = pool.numbers;
    const person = newPerson();
    expect([await senderOf(pool, person), await senderOf(pool, newPerson())]).toEqual([first, first]);
    expect(await assignmentOf(pool, person)).toBeNull();

    const { body } = await admin(`/organizations/${pool.carrier.organizationId}`);
    expect(body.selection).toEqual({
      twilio: { strategy: "first", sticky: false, sticky_days: null },
      blooio: { strategy: "round_robin", sticky: true, sticky_days: null },
    });
    await admin(`/organizations/${pool.carrier.organizationId}`, {
      method: "PATCH",
      body: { selection: { ...(body.selection as object), twilio: loose } },
    });
    const turns = [await senderOf(pool, person), await senderOf(pool, person), await senderOf(pool, person)];
    expect(turns).toEqual([first, second, first]);

    await admin(`/api-keys/${pool.id}`, {
      method: "PATCH",
      body: { selection: { strategy: "first", sticky: false, sticky_days: null } },
    });
    expect([await senderOf(pool, person), await senderOf(pool, person)]).toEqual([first, first]);
  });

  it("by round robin differs by one at most, with 64 senders at once and the object thrown out in between", async () => {
    const pool = await makePool([{}, {}, {}], loose);
    const senders: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const later = { text: "Turn", send_at: Date.now() + day };
      senders.push(...(await Promise.all(Array.from({ length: 64 }, () => senderOf(pool, newPerson(), later)))));
      await evict(pool);
      const counts = tally(pool, senders);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    expect(senders).toHaveLength(192);
  });

  it("by weight stays within one message of each number's share, with 64 senders at once and evictions", async () => {
    const pool = await makePool([{ weight: 1 }, { weight: 2 }, { weight: 7 }], { ...loose, strategy: "weighted" });
    const senders: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const later = { text: "Turn", send_at: Date.now() + day };
      senders.push(...(await Promise.all(Array.from({ length: 64 }, () => senderOf(pool, newPerson(), later)))));
      await evict(pool);
      const total = senders.length;
      const shares = [total * 0.1, total * 0.2, total * 0.7];
      tally(pool, senders).forEach((count, index) => {
        expect(Math.abs(count - (shares[index] ?? 0))).toBeLessThanOrEqual(1);
      });
    }
  });

  it("by geography goes from the area code over the state to the country, and keeps the Caribbean apart", async () => {
    const [dallas, houston, jamaica] = [newNumber("214"), newNumber("713"), newNumber("876")];
    const pool = await makePool({ [jamaica]: {}, [houston]: {}, [dallas]: {} }, { ...loose, strategy: "geographic" });
    expect(await senderOf(pool, newPerson("214"))).toBe(dallas);
    expect(await senderOf(pool, newPerson("832"))).toBe(houston);
    expect(await senderOf(pool, newPerson("876"))).toBe(jamaica);
    const inOregon = await Promise.all([1, 2, 3, 4].map(() => senderOf(pool, newPerson("503"))));
    expect(inOregon).not.toContain(jamaica);
    const { body } = await previewOf(pool, newPerson("972"));
    expect(body).toMatchObject({ from_number: dallas, reason: "geographic" });
    expect((body.considered as { why: string }[]).map(({ why }) => why)).toEqual([
      "not chosen: further away: not in the recipient's country",
      "not chosen: further away: same state or province as the recipient",
      "chosen: area code that overlays the recipient's, next in the rotation",
    ]);
  });

  it("by queue takes the number on which fewest messages wait", async () => {
    const pool = await makePool([{}, {}], { ...loose, strategy: "least_busy" });
    const [first, second] = pool.numbers;
    const later = Date.now() + day;
    await send(pool, newPerson(), { text: "Waits", send_at: later, from_number: first });
    await send(pool, newPerson(), { text: "Waits", send_at: later, from_number: first });
    expect(await senderOf(pool, newPerson(), { text: "Waits", send_at: later })).toBe(second);
    const read = await admin(`/api-keys/${pool.id}/pool`);
    expect((read.body.numbers as { queued: number }[]).map(({ queued }) => queued)).toEqual([2, 1]);
  });

  it("puts capability before preference, and names what is missing when no number has it", async () => {
    const pool = await makePool([{ mms: false }, { mms: true }]);
    const [smsOnly, able] = pool.numbers;
    const person = newPerson();
    const picture = { attachments: ["https://example.com/cat.jpg"] };
    expect(await senderOf(pool, person)).toBe(smsOnly);
    expect(await senderOf(pool, person, picture)).toBe(able);
    expect((await send(pool, person, { ...picture, from_number: smsOnly })).body).toMatchObject({
      code: "capability_missing",
      missing: "MMS",
    });
    await changeNumber(String(able), { api_key_id: null });
    const refused = await send(pool, person, picture);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: "capability_missing", missing: "MMS" });
    const template = { content_sid: `HX${"0".repeat(32)}` };
    expect((await send(pool, `whatsapp:${person}`, template)).body).toMatchObject({
      code: "capability_missing",
      missing: "WhatsApp",
    });
  });

  it("says why in the message's detail and in the preview, and a preview changes nothing", async () => {
    const pool = await makePool([{}, {}], sticky);
    const [first, second] = pool.numbers;
    const before = await memoryOf(pool);
    const person = newPerson();
    for (let round = 0; round < 3; round += 1) {
      const preview = await previewOf(pool, person);
      expect(preview.body).toEqual({
        would_send: true,
        from_number: first,
        reason: "round_robin",
        considered: [
          { phone_number: first, eligible: true, why: "chosen: next in the rotation" },
          { phone_number: second, eligible: true, why: "not chosen: its turn comes later" },
        ],
        note: null,
        parts: null,
        encoding: null,
        quiet_until: null,
      });
    }
    expect((await previewOf(pool, person, { from_number: "+15550000000" })).body.code).toBe("from_number_not_owned");
    expect(await memoryOf(pool)).toEqual(before);

    const sent = await send(pool, person);
    const detail = await admin(`/api-keys/${pool.id}/messages/${sent.body.message_id}`);
    expect(detail.body).toMatchObject({
      message_id: sent.body.message_id,
      internal_id: first,
      trace: { reason: "round_robin", note: null },
    });
    expect((await previewOf(pool, person)).body).toMatchObject({ from_number: first, reason: "sticky" });
    expect((await admin(`/api-keys/${pool.id}/messages/msg_unknown`)).status).toBe(404);
    const other = await makePool([{}]);
    expect((await admin(`/api-keys/${other.id}/messages/${sent.body.message_id}`)).status).toBe(404);
  });

  it("answers an empty pool in the seeds' words, and is filled and emptied during sends without a crash", async () => {
    const number = newNumber();
    const pool = await makeKey(await connectCarrier({ [number]: {} }), {});
    const empty = await send(pool, newPerson());
    expect(empty.status).toBe(503);
    expect(empty.body).toMatchObject({ code: "no_numbers_assigned", message: "No numbers assigned to this API key" });
    for (let round = 0; round < 3; round += 1) {
      const sends = Array.from({ length: 12 }, () => send(pool, newPerson()));
      await changeNumber(number, { api_key_id: round % 2 === 0 ? pool.id : null });
      const answers = await Promise.all(sends);
      expect(answers.every(({ status }) => status === 202 || status === 503)).toBe(true);
    }
    expect((await send(pool, newPerson())).status).toBe(202);
  });
});

describe("a sticky contact", () => {
  it("gets 200 first messages at once from one number", { timeout: 60_000 + runs(2) * 5_000 }, async () => {
    const pool = await makePool([{}, {}, {}], sticky);
    for (let round = 0; round < runs(2); round += 1) {
      const person = newPerson();
      const later = { text: "First", send_at: Date.now() + day };
      const senders = await Promise.all(Array.from({ length: 200 }, () => senderOf(pool, person, later)));
      expect(new Set(senders).size).toBe(1);
    }
  });

  it("stays on its number, and the rotation in its place, when the object is thrown out and starts again", async () => {
    const pool = await makePool([{}, {}, {}], sticky);
    const people = Array.from({ length: Math.max(30, runs(30)) }, () => newPerson());
    const before = await Promise.all(people.map((person) => senderOf(pool, person)));
    await evict(pool);
    expect(await Promise.all(people.map((person) => senderOf(pool, person)))).toEqual(before);
    const counts = tally(pool, [...before, await senderOf(pool, newPerson()), await senderOf(pool, newPerson())]);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it("is answered from the number it wrote to, however its message and our first one race", {
    timeout: 60_000 + runs(6) * 1_000,
  }, async () => {
    const pool = await makePool([{}, {}, {}], sticky);
    for (let round = 0; round < runs(6); round += 1) {
      const person = newPerson();
      const written = String(pool.numbers[round % 3]);
      await Promise.all([send(pool, person), writeTo(pool, person, written), send(pool, person)]);
      expect(await senderOf(pool, person)).toBe(written);
      expect(await assignmentOf(pool, person)).toBe(written);
    }
  });

  it("is handed over once when its number is paused, and stays with the new one when the old comes back", async () => {
    const pool = await makePool([{}, {}], sticky);
    const person = newPerson();
    const [first, second] = pool.numbers;
    await writeTo(pool, person, String(first));
    expect(await senderOf(pool, person)).toBe(first);
    await changeNumber(String(first), { is_active: false });
    const sent = await send(pool, person);
    expect(sent.body.from_number).toBe(second);
    const { body } = await admin(`/api-keys/${pool.id}/messages/${sent.body.message_id}`);
    expect(body.trace).toMatchObject({ note: `Handed over from ${first}: it is paused.` });
    await changeNumber(String(first), { is_active: true });
    expect(await senderOf(pool, person)).toBe(second);
    await changeNumber(String(second), { api_key_id: null });
    expect(await senderOf(pool, person)).toBe(first);
    await changeNumber(String(second), { api_key_id: pool.id });
    expect(await senderOf(pool, person)).toBe(first);
  });

  it("is free again after sticky_days", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const pool = await makePool([{}, {}], { ...sticky, sticky_days: 3 });
    const person = newPerson();
    const kept = await senderOf(pool, person);
    vi.setSystemTime(Date.now() + 3 * day - 1_000);
    expect(await senderOf(pool, person)).toBe(kept);
    vi.setSystemTime(Date.now() + 2_000);
    expect((await previewOf(pool, person)).body.reason).toBe("round_robin");
    expect(await senderOf(pool, person)).not.toBe(kept);
  });

  it("is read, set and reset by the admin, whose word outweighs where the person wrote", async () => {
    const pool = await makePool([{}, {}], sticky);
    const [first, second] = pool.numbers;
    const person = newPerson();
    await writeTo(pool, person, String(first));
    const path = `/api-keys/${pool.id}/assignments`;
    const set = await admin(path, { method: "PUT", body: { contact: person, phone_number: second } });
    expect(set.body).toMatchObject({ contact: person, phone_number: second });
    expect(await senderOf(pool, person)).toBe(second);
    await admin(`${path}?contact=${encodeURIComponent(person)}`, { method: "DELETE" });
    expect(await assignmentOf(pool, person)).toBeNull();
    expect((await previewOf(pool, person)).body.reason).toBe("round_robin");
  });

  it("can be imported with 9,999 others in one call, each judged by itself", { timeout: 60_000 }, async () => {
    const pool = await makePool([{}, {}], sticky);
    const assignments = Array.from({ length: 10_000 }, (_, index) => ({
      contact: `+1305${String(2_000_000 + index)}`,
      phone_number: String(pool.numbers[index % 2]),
    }));
    const broken = assignments.with(1, { contact: "nobody", phone_number: String(pool.numbers[0]) });
    const body = { assignments: broken.with(2, { contact: "+13052000002", phone_number: "+12025550100" }) };
    const imported = await admin(`/api-keys/${pool.id}/assignments`, { method: "PUT", body });
    const results = imported.body.results as { index: number; status: string; code?: string }[];
    expect(results).toHaveLength(10_000);
    expect(results.slice(0, 4)).toMatchObject([
      { index: 0, contact: "+13052000000", status: "assigned" },
      { index: 1, contact: "nobody", status: "failed", code: "invalid_chat_id" },
      { index: 2, contact: "+13052000002", status: "failed", code: "from_number_not_owned" },
      { index: 3, contact: "+13052000003", status: "assigned" },
    ]);
    expect(results.filter(({ status }) => status === "assigned")).toHaveLength(9_998);
    const page = await admin(`/api-keys/${pool.id}/assignments?limit=1&offset=9000`);
    expect(page.body.pagination).toMatchObject({ total: 9_998 });
    expect(await senderOf(pool, "+13052009999")).toBe(pool.numbers[1]);

    const tooMany = { assignments: [...assignments, assignments[0]] };
    expect((await admin(`/api-keys/${pool.id}/assignments`, { method: "PUT", body: tooMany })).status).toBe(400);
    for (const wrong of [{}, { contact: "+13052000000" }, { ...assignments[0], assignments }]) {
      const refused = await admin(`/api-keys/${pool.id}/assignments`, { method: "PUT", body: wrong });
      expect(refused.body.code).toBe("invalid_request");
    }
  });
});

describe("a reply-only number", () => {
  it("never begins a conversation, says so with both ids, and may answer from the very first inbound on", async () => {
    const pool = await makePool([{ type: "inbound" }]);
    const number = String(pool.numbers[0]);
    const person = newPerson();
    const refused = await send(pool, person);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      code: "inbound_only_no_prior_inbound",
      allocation_id: expect.any(String),
      external_id: person,
    });
    expect((await send(pool, person, { text: "Hello", from_number: number })).status).toBe(403);
    expect(await writeTo(pool, person, number)).toBe(200);
    expect(await senderOf(pool, person)).toBe(number);
    expect(await senderOf(pool, person, { text: "Hello", from_number: number })).toBe(number);
    expect((await send(pool, newPerson())).status).toBe(403);
  });

  it("is open per number and contact: having written to one does not open another", async () => {
    const pool = await makePool([{ type: "inbound" }, { type: "inbound" }, {}], sticky);
    const [one, other, dedicated] = pool.numbers;
    const person = newPerson();
    expect(await senderOf(pool, person)).toBe(dedicated);
    await writeTo(pool, person, String(one));
    expect(await senderOf(pool, person)).toBe(one);
    expect((await send(pool, person, { text: "Hello", from_number: other })).body.code).toBe(
      "inbound_only_no_prior_inbound",
    );
    const me = await call("/v2/api/me/numbers", { token: pool.token });
    expect((me.body.numbers as { type: string }[]).map(({ type }) => type)).toEqual([
      "inbound",
      "inbound",
      "dedicated",
    ]);
    await eventually(async () => pool.carrier.departures.length === 2);
    expect(pool.carrier.departures.map(({ from }) => from)).toEqual([dedicated, one]);
  });
});
