import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { admin } from "../../../support/workers/gateway.ts";
import {
  changeNumber,
  connectCarrier,
  makeKey,
  makePool,
  newNumber,
  newPerson,
  type Pool,
  send,
} from "../../../support/workers/pool.ts";

type Body = Record<string, unknown>;

function preview(pool: Pool, to: string, body: Body = { text: "Hello" }) {
  return admin(`/api-keys/${pool.id}/pool/preview`, { body: { to, ...body } });
}

/** Everything that is written down in the key's ledger. */
function everythingOf(pool: Pool) {
  return runInDurableObject(env.POOLS.getByName(pool.id), (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    const kept = tables.filter(({ name }) => !/^(_cf_|sqlite_)/.test(name));
    return kept.map(({ name }) => [name, storage.sql.exec(`SELECT * FROM ${name}`).toArray()]);
  });
}

/** Asks for a preview that must leave no trace, then sends the same, and returns what both said in one form. */
async function bothWays(pool: Pool, to: string, body: Body) {
  const before = await everythingOf(pool);
  const previewed = (await preview(pool, to, body)).body;
  expect(await everythingOf(pool)).toEqual(before);
  const { from_number, ...content } = body;
  const sent = await send(pool, to, { ...content, ...(from_number === undefined ? {} : { from_number }) });
  const taken = sent.status === 202;
  return {
    previewed: {
      would_send: previewed.would_send,
      ...(previewed.would_send === true ? { from_number: previewed.from_number } : {}),
      ...(previewed.would_send === true ? {} : { code: previewed.code, message: previewed.message }),
    },
    sent: {
      would_send: taken,
      ...(taken ? { from_number: sent.body.from_number } : { code: sent.body.code, message: sent.body.message }),
    },
  };
}

const picture = { attachments: ["https://example.com/cat.jpg"] };
const patchKey = (pool: Pool, change: Body) => admin(`/api-keys/${pool.id}`, { method: "PATCH", body: change });

/** One situation each: how it comes about, what is sent, and the code that both must answer (null: it is taken). */
const situations: Record<
  string,
  { pool?: Body[]; make?: (pool: Pool, to: string) => Promise<unknown>; to?: string; body?: Body; code: string | null }
> = {
  "an ordinary text": { code: null },
  "a person who opted out": {
    make: (pool, to) => admin(`/api-keys/${pool.id}/opt-outs`, { body: { contact: to } }),
    code: "recipient_opted_out",
  },
  "a country that is not allowed": {
    make: (pool) => patchKey(pool, { allowed_countries: ["DE"] }),
    code: "country_not_allowed",
  },
  "a paused key": { make: (pool) => patchKey(pool, { status: "paused" }), code: "api_key_paused" },
  "a reached cap": {
    make: (pool) => patchKey(pool, { daily_cap: 1 }),
    body: { text: "Long ".repeat(60) },
    code: "daily_cap_reached",
  },
  "a picture where a number can send it": { pool: [{ mms: false }, {}], body: picture, code: null },
  "a picture where no number can": { pool: [{ mms: false }], body: picture, code: "capability_missing" },
  "a file at a private host": {
    body: { text: "Look", attachments: ["https://10.0.0.1/a.png"] },
    code: "invalid_attachment",
  },
  "eleven files": {
    body: { attachments: Array.from({ length: 11 }, (_, index) => `https://files.example/${index}.png`) },
    code: "invalid_attachment",
  },
  "a text longer than any request takes": { body: { text: "x".repeat(16_001) }, code: "text_too_long" },
  "an answer inline to a list of texts": {
    body: { text: ["a", "b"], reply_to: { guid: "1" } },
    code: "reply_target_not_supported",
  },
  "paused numbers only": {
    make: (pool) => changeNumber(String(pool.numbers[0]), { is_active: false }),
    code: "no_active_number",
  },
  "a reply-only number and a stranger": { pool: [{ type: "inbound" }], code: "inbound_only_no_prior_inbound" },
  "a number of somebody else": { body: { text: "Hello", from_number: "+12125550199" }, code: "from_number_not_owned" },
  "WhatsApp without a WhatsApp number": { to: "whatsapp:+14156661000", code: "capability_missing" },
  "no phone number at all": { to: "nobody", code: "invalid_chat_id" },
  "a group": { to: "grp_1", code: "groups_not_supported" },
};

afterEach(() => vi.restoreAllMocks());

describe("a preview is a send without the sending", () => {
  it.each(Object.entries(situations))("for %s", async (_, { pool: wishes = [{}], make, to, body, code }) => {
    const pool = await makePool(wishes);
    const person = to ?? newPerson();
    await make?.(pool, person);
    const { previewed, sent } = await bothWays(pool, person, body ?? { text: "Hello" });
    expect(previewed).toEqual(sent);
    expect(previewed.code ?? null).toBe(code);
  });

  it("for a key without numbers", async () => {
    const pool = await makeKey(await connectCarrier({ [newNumber()]: {} }), {});
    const { previewed, sent } = await bothWays(pool, newPerson(), { text: "Hello" });
    expect(previewed).toEqual(sent);
    expect(previewed.code).toBe("no_numbers_assigned");
  });

  it("for WhatsApp outside its window, where a template is needed and a text refused", async () => {
    const number = newNumber();
    const pool = await makeKey(await connectCarrier({ [number]: {} }), {});
    const whatsapp = `whatsapp:${number}`;
    await admin(`/integrations/twilio/${pool.carrier.integrationId}/senders`, { body: { address: whatsapp } });
    await changeNumber(whatsapp, { api_key_id: pool.id });
    const to = `whatsapp:${newPerson()}`;
    const text = await bothWays(pool, to, { text: "Hello" });
    expect(text.previewed).toEqual(text.sent);
    expect(text.previewed.code).toBe("content_required");
    expect((await preview(pool, to)).body).toMatchObject({ from_number: whatsapp, parts: 1 });
    const template = await bothWays(pool, to, { content_sid: `HX${"0".repeat(32)}` });
    expect(template.previewed).toEqual(template.sent);
    expect(template.previewed.would_send).toBe(true);
  });

  it("and says who would speak once the person may be written to, and what stands in every number's way", async () => {
    const pool = await makePool([{ mms: false }, { mms: false }]);
    const [first, second] = pool.numbers;
    const out = newPerson();
    await admin(`/api-keys/${pool.id}/opt-outs`, { body: { contact: out } });
    expect((await preview(pool, out)).body).toMatchObject({
      would_send: false,
      code: "recipient_opted_out",
      from_number: first,
      reason: "first",
    });
    expect((await preview(pool, newPerson(), picture)).body).toMatchObject({
      would_send: false,
      code: "capability_missing",
      from_number: null,
      reason: null,
      considered: [
        { phone_number: first, eligible: false, why: "skipped: it cannot send MMS" },
        { phone_number: second, eligible: false, why: "skipped: it cannot send MMS" },
      ],
    });
  });

  it("and counts the parts that would leave: encoding, media as one, links at their short length, a list together", async () => {
    const pool = await makePool([{}]);
    const sizeOf = async (body: Body) => {
      const { parts, encoding } = (await preview(pool, newPerson(), body)).body;
      return { parts, encoding };
    };
    expect(await sizeOf({})).toEqual({ parts: null, encoding: null });
    expect(await sizeOf({ text: "Hello" })).toEqual({ parts: 1, encoding: "GSM-7" });
    expect(await sizeOf({ text: "Привет ".repeat(20) })).toEqual({ parts: 3, encoding: "UCS-2" });
    expect(await sizeOf({ text: "a".repeat(400), ...picture })).toEqual({ parts: 1, encoding: "GSM-7" });
    expect(await sizeOf(picture)).toEqual({ parts: 1, encoding: null });
    expect(await sizeOf({ text: ["One", "Two"] })).toEqual({ parts: 2, encoding: "GSM-7" });
    const link = { text: `https://shop.example/${"long/".repeat(40)}` };
    expect(await sizeOf(link)).toEqual({ parts: 2, encoding: "GSM-7" });
    expect(await sizeOf({ ...link, shorten_links: true })).toEqual({ parts: 1, encoding: "GSM-7" });
  });

  it("but a body that cannot be read is a bad request, and a key that there is not is not found", async () => {
    const pool = await makePool([{}]);
    const unread = [{ nonsense: true }, { attachments: [5] }, { text: "Hello", reply_line: "+12125550198" }];
    for (const body of unread) {
      const refused = await preview(pool, newPerson(), body);
      expect([refused.status, refused.body.code]).toEqual([400, "invalid_request"]);
    }
    const none = await admin("/api-keys/key_none/pool/preview", {
      body: { to: newPerson(), text: "x".repeat(16_001) },
    });
    expect(none.status).toBe(404);
  });
});
