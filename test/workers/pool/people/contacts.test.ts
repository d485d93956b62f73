import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../../support/workers/gateway.ts";

const later = () => Date.now() + 24 * 60 * 60 * 1000;
let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
});

const get = (path: string, token = key.token) => call(`/v2/api${path}`, { token });
const post = (path: string, body: unknown, token = key.token) => call(`/v2/api${path}`, { body, token });
const patch = (path: string, body: unknown) => call(`/v2/api${path}`, { method: "PATCH", body, token: key.token });
const remove = (path: string) => call(`/v2/api${path}`, { method: "DELETE", token: key.token });
const idsOf = (body: Record<string, unknown>) => (body.contacts as { id: string }[]).map(({ id }) => id);

describe("contacts", () => {
  it("are made by traffic, in both directions", async () => {
    const own = await makeTestKey();
    await post("/chats/+15553110001/messages", { text: "a", send_at: later() }, own.token);
    await admin("/sandbox/inbound", { body: { from: "+15553110002", to: own.numbers[0], text: "Hello" } });
    const listed = await eventually(async () => {
      const answer = await get("/contacts", own.token);
      return idsOf(answer.body).length === 2 ? answer.body : null;
    });
    expect(idsOf(listed)).toEqual(["+15553110002", "+15553110001"]);
    expect(listed.pagination).toEqual({ limit: 50, offset: 0, total: 2 });
  });

  it("can be added by hand, by phone number or email address; a second time is 409 with the one that stands", async () => {
    for (const [identifier, id, type] of [
      ["+1 (555) 312-0001", "+15553120001", "phone"],
      ["Ada.Lovelace@Example.com", "ada.lovelace@example.com", "email"],
    ] as const) {
      const made = await post("/contacts", { identifier, name: "Ada" });
      expect(made.status).toBe(201);
      expect(made.body).toEqual({
        id,
        contact_id: expect.stringMatching(/^con_/),
        identifier: id,
        name: "Ada",
        type,
        created_at: expect.any(Number),
        last_message_time: null,
        tags: [],
        time_zone: null,
      });
      const again = await post("/contacts", { identifier, name: "Eve" });
      expect(again).toMatchObject({ status: 409, body: { code: "already_exists", contact: made.body } });
      expect((await get(`/contacts/${encodeURIComponent(id)}`)).body).toEqual(made.body);
    }
    const chats = await get("/chats");
    expect((chats.body.chats as { id: string }[]).map(({ id }) => id)).not.toContain("ada.lovelace@example.com");
  });

  it.each(["nobody", "ada@", "@example.com", "ada@localhost", "a b@example.com", "+0155", "grp_abc", "a@b@c.de"])(
    "that %s is none is said with 400",
    async (identifier) => {
      expect(await post("/contacts", { identifier })).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      const answer = await get(`/contacts/${encodeURIComponent(identifier)}`);
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    },
  );

  it("are renamed, and null clears the name; what is not named stays", async () => {
    await post("/contacts", { identifier: "+15553130001", name: "Ada" });
    expect((await patch("/contacts/+15553130001", {})).body.name).toBe("Ada");
    expect((await patch("/contacts/+15553130001", { name: "Grace" })).body.name).toBe("Grace");
    expect((await patch("/contacts/+15553130001", { name: null })).body.name).toBeNull();
    expect((await patch("/contacts/+15553139999", { name: "a" })).status).toBe(404);
  });

  it("are out of sight once deleted, and come back with the next message as they were", async () => {
    await post("/contacts", { identifier: "+15553140001", name: "Ada" });
    await post("/contacts/+15553140001/tags", { tags: ["vip"] });
    expect(await remove("/contacts/+15553140001")).toMatchObject({ status: 200, body: { success: true } });
    expect((await get("/contacts/+15553140001")).status).toBe(404);
    expect((await remove("/contacts/+15553140001")).status).toBe(404);
    expect(idsOf((await get("/contacts?q=3140001")).body)).toEqual([]);
    await post("/chats/+15553140001/messages", { text: "a", send_at: later() });
    expect((await get("/contacts/+15553140001")).body).toMatchObject({ name: "Ada", tags: ["vip"] });
  });

  it("that were deleted can be added again under the same contact id", async () => {
    const first = await post("/contacts", { identifier: "+15553150001", name: "Ada" });
    await remove("/contacts/+15553150001");
    const again = await post("/contacts", { identifier: "+15553150001" });
    expect(again).toMatchObject({ status: 201, body: { contact_id: first.body.contact_id, name: null } });
  });

  it("are sorted by name or time, cut into pages, and found by part of name or number", async () => {
    const own = await makeTestKey();
    const people = ["Élodie", "bob", "Anna", null, "Bob"];
    for (const [index, name] of people.entries()) {
      await post("/contacts", { identifier: `+1555316000${index}`, name }, own.token);
    }
    const names = async (query: string) => {
      const { body } = await get(`/contacts?${query}`, own.token);
      return (body.contacts as { name: string | null }[]).map(({ name }) => name);
    };
    expect(await names("sort=name_asc")).toEqual(["Anna", "Bob", "bob", "Élodie", null]);
    expect(await names("sort=name_desc")).toEqual(["Élodie", "bob", "Bob", "Anna", null]);
    expect((await get("/contacts?sort=oldest&limit=2&offset=1", own.token)).body).toMatchObject({
      contacts: [{ id: "+15553160001" }, { id: "+15553160002" }],
      pagination: { limit: 2, offset: 1, total: 5 },
    });
    expect(await names("q=BOB&sort=name_asc")).toEqual(["Bob", "bob"]);
    expect(await names(`q=${encodeURIComponent("Élo")}`)).toEqual(["Élodie"]);
    expect(await names("q=+15553160002")).toEqual(["Anna"]);
    expect(await names("q=%25")).toEqual([]);
    for (const bad of ["limit=0", "limit=201", "offset=-1", "sort=name", "limit=1&limit=2", "limit=1.5"]) {
      expect((await get(`/contacts?${bad}`, own.token)).status, bad).toBe(400);
    }
  });

  it("belong to their key: another key sees none of them", async () => {
    const other = await makeTestKey();
    await post("/contacts", { identifier: "+15553170001" });
    expect((await get("/contacts/+15553170001", other.token)).status).toBe(404);
    expect(idsOf((await get("/contacts", other.token)).body)).toEqual([]);
  });
});

describe("tags", () => {
  it("are added once, listed in order and removed", async () => {
    await post("/contacts", { identifier: "+15553180001" });
    const path = "/contacts/+15553180001/tags";
    const added = await post(path, { tags: ["vip", "a/b", "vip"] });
    expect(added).toMatchObject({ status: 201, body: { success: true, tags_added: ["vip", "a/b"] } });
    const first = await get(path);
    expect((await post(path, { tags: ["vip"] })).status).toBe(201);
    expect((await get(path)).body).toEqual(first.body);
    expect(first.body.tags).toEqual([
      { tag: "a/b", created_at: expect.any(Number) },
      { tag: "vip", created_at: expect.any(Number) },
    ]);
    expect((await get("/contacts/+15553180001")).body.tags).toEqual(["a/b", "vip"]);
    expect(await remove(`${path}/a%2Fb`)).toMatchObject({ status: 200, body: { success: true } });
    expect((await remove(`${path}/a%2Fb`)).status).toBe(404);
    expect((await get("/contacts/+15553180001")).body.tags).toEqual(["vip"]);
  });

  it("need a contact, and something in them", async () => {
    expect((await post("/contacts/+15553189999/tags", { tags: ["a"] })).status).toBe(404);
    expect((await get("/contacts/+15553189999/tags")).status).toBe(404);
    for (const tags of [[], [""], ["a".repeat(65)], "a", [1]]) {
      expect((await post("/contacts/+15553180001/tags", { tags })).status).toBe(400);
    }
  });
});

describe("capabilities", () => {
  it.each([
    ["+15553190001", "phone", { imessage: false, sms: true, facetime: false }],
    ["ada@example.com", "email", { imessage: false, sms: false, facetime: false }],
    ["whatsapp:+15553190001", "phone", { imessage: false, sms: false, facetime: false, whatsapp: true }],
  ])("of %s are those of a Twilio pool, known or not", async (contact, type, capabilities) => {
    const answer = await get(`/contacts/${encodeURIComponent(contact)}/capabilities`);
    expect(answer).toMatchObject({ status: 200, body: { contact, type, last_checked: expect.any(Number) } });
    expect(answer.body.capabilities).toEqual(capabilities);
  });

  it("cannot be told without an active number", async () => {
    const empty = await makeTestKey({ numbers: 0 });
    expect(await get("/contacts/+15553190001/capabilities", empty.token)).toMatchObject({
      status: 503,
      body: { code: "no_active_number", message: "No active number available to check capabilities" },
    });
  });
});

describe("phone number lookup", () => {
  const ofCalifornia = {
    input: "+14155552671",
    valid: true,
    possible: true,
    e164: "+14155552671",
    national: "(415) 555-2671",
    international: "+1 415 555 2671",
    country_calling_code: "1",
    country: "US",
    national_number: "4155552671",
    type: "FIXED_LINE_OR_MOBILE",
    location: { city: null, region: "CA", region_name: "California" },
    area_code: "415",
    exchange: "555",
    area_code_region: "CA",
  };

  it("says what the numbering plans say, by GET and POST, with a raw or an encoded plus", async () => {
    expect((await get("/phone-numbers/lookup?number=%2B14155552671")).body).toEqual(ofCalifornia);
    const raw = await get("/phone-numbers/lookup?number=+14155552671");
    expect(raw.body).toMatchObject({ e164: "+14155552671", valid: true });
    expect((await post("/phone-numbers/lookup", { number: "+14155552671" })).body).toEqual(ofCalifornia);
  });

  it("has no North American fields elsewhere, and tells types apart", async () => {
    const german = await post("/phone-numbers/lookup", { number: "+4915112345678" });
    expect(german.body).toMatchObject({ valid: true, country: "DE", type: "MOBILE", country_calling_code: "49" });
    expect(german.body).not.toHaveProperty("area_code");
    expect((await post("/phone-numbers/lookup", { number: "+18005550199" })).body.type).toBe("TOLL_FREE");
  });

  it("of what is no number is neither valid nor possible", async () => {
    const answer = await post("/phone-numbers/lookup", { number: "hello" });
    expect(answer).toMatchObject({ status: 200, body: { input: "hello", valid: false, possible: false, type: null } });
    expect((await get("/phone-numbers/lookup")).body).toMatchObject({
      code: "invalid_request",
      message: "number is required.",
    });
  });

  it("takes up to 100 at once and keeps their order", async () => {
    const numbers = Array.from({ length: 100 }, (_, index) => `+1415555${String(2600 + index)}`);
    const answer = await post("/phone-numbers/batch", { numbers });
    expect((answer.body.results as { input: string }[]).map(({ input }) => input)).toEqual(numbers);
    expect((await post("/phone-numbers/batch", { numbers: [...numbers, "+1"] })).status).toBe(400);
    expect((await post("/phone-numbers/batch", { numbers: [] })).status).toBe(400);
  });
});
