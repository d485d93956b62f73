import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { admin, call, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";

let key: TestKey;
beforeEach(async () => {
  key = await makeTestKey();
});

const person = "+14155550199";
const path = `/contacts/${encodeURIComponent(person)}/opt-ins`;
const record = (body: unknown) => call(`/v2/api${path}`, { body, token: key.token });
const list = async (query = "") => (await call(`/v2/api${path}${query}`, { token: key.token })).body;
const agreed = { agreed_at: 1_767_225_600_000, source: "https://shop.example/join", words: "Send me offers" };

describe("what a person agreed to", () => {
  it("is kept as a history, newest first, by the key and by the admin, and the same again changes nothing", async () => {
    expect(await record(agreed)).toMatchObject({ status: 201, body: { ...agreed, recorded_by: "api_key" } });
    expect((await record(agreed)).status).toBe(201);
    const again = { agreed_at: 1_770_000_000_000, source: "Shop in Bonn" };
    expect(await admin(`/api-keys/${key.id}${path}`, { body: again })).toMatchObject({
      status: 201,
      body: { ...again, words: null, recorded_by: "admin" },
    });
    expect(await list()).toMatchObject({ opt_ins: [again, agreed], pagination: { total: 2 } });
    expect((await list("?limit=1&offset=1")).opt_ins).toMatchObject([agreed]);
    expect((await admin(`/api-keys/${key.id}${path}`)).body).toMatchObject({ pagination: { total: 2 } });
    const contact = await call(`/v2/api/contacts/${encodeURIComponent(person)}`, { token: key.token });
    expect(contact.status).toBe(200);
  });

  it("lifts no opt-out", async () => {
    await admin(`/api-keys/${key.id}/opt-outs`, { body: { contact: person } });
    await record(agreed);
    const sent = await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, {
      body: { text: "Hi" },
      token: key.token,
    });
    expect(sent.body.code).toBe("recipient_opted_out");
  });

  it("stays when the contact is deleted, goes with the person who is erased, and moves with the ledger", async () => {
    await record(agreed);
    await call(`/v2/api/contacts/${encodeURIComponent(person)}`, { method: "DELETE", token: key.token });
    expect(await list()).toMatchObject({ pagination: { total: 1 } });
    const headers = { Authorization: `Bearer ${env.ADMIN_TOKEN}` };
    const exported = await exports.default.fetch("https://gateway.test/admin/api/export", { headers });
    expect(await exported.text()).toContain('"opt_ins"');
    await admin(`/api-keys/${key.id}/contacts/${encodeURIComponent(person)}/erase`, { method: "POST" });
    expect(await list()).toMatchObject({ opt_ins: [] });
  });

  it.each([
    [{ ...agreed, agreed_at: 4_102_444_800_000 }, "ahead"],
    [{ source: "A form" }, "agreed_at"],
    [{ agreed_at: 1 }, "source"],
    [{ ...agreed, words: "x".repeat(2_001) }, "words"],
    [{ ...agreed, hence: true }, "hence"],
  ])("cannot be %j", async (body, word) => {
    const refused = await record(body);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain(word);
  });
});
