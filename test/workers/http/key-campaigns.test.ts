import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { beforeEach, describe, expect, it } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

let key: TestKey;
beforeEach(async () => {
  key = await makeTestKey();
});

const people = ["+14155550141", "+14155550142", "+14155550143", "+14155550144"] as const;

function campaigns(path = "", method = "GET", body?: unknown) {
  return admin(`/api-keys/${key.id}/campaigns${path}`, { method, ...(body === undefined ? {} : { body }) });
}

function give(id: string, raw: BodyInit, { type = "text/csv", query = "" } = {}) {
  const path = `/admin/api/api-keys/${key.id}/campaigns/${id}/recipients${query}`;
  return call(path, { method: "POST", token: env.ADMIN_TOKEN, raw, headers: { "Content-Type": type } });
}

async function draft(wishes: Record<string, unknown> = {}): Promise<string> {
  const made = await campaigns("", "POST", { name: "Spring", text: "Hi {first_name|there}", ...wishes });
  expect(made).toMatchObject({ status: 201, body: { status: "draft" } });
  return String(made.body.campaign_id);
}

describe("a campaign by the admin API's contract", () => {
  it("is made, given people in pieces, previewed, started twice as one start, counted, and told row by row", async () => {
    const wishes = {
      per_minute: 600,
      quiet_hours: { from: "21:00", to: "08:00" },
      only_if: { replied_within_months: 6 },
    };
    const made = await campaigns("", "POST", {
      name: "Spring",
      text: "Hi {first_name|there}",
      ...wishes,
      quiet_hours: null,
    });
    expect(made).toMatchObject({
      status: 201,
      body: { status: "draft", per_minute: 600, skip_without_reply_months: 6 },
    });
    const id = String(made.body.campaign_id);
    const file = `first_name,Handy\nAnn,${people[0]}\nBob,call me\n`;
    expect((await give(id, file, { query: "?to=Handy" })).body).toEqual({
      added: 1,
      rejected: [{ line: 3, to: "call me", code: "not_a_number", message: expect.stringContaining("no phone number") }],
      rejected_total: 1,
      total: 1,
    });
    const more = { recipients: [{ to: people[1], fields: { first_name: "Cy" } }, { to: people[0] }] };
    expect((await campaigns(`/${id}/recipients`, "POST", more)).body).toEqual({
      added: 1,
      rejected: [{ line: 2, to: people[0], code: "duplicate", message: expect.any(String) }],
      rejected_total: 1,
      total: 2,
    });
    expect((await campaigns(`/${id}/preview`, "POST")).body).toEqual({
      rows: [
        { to: people[0], from_number: key.numbers[0], text: "Hi Ann", parts: 1 },
        { to: people[1], from_number: key.numbers[0], text: "Hi Cy", parts: 1 },
      ],
      totals: { recipients: 2, parts: 2, rejected: 2 },
    });
    expect(await campaigns(`/${id}/start`, "POST")).toMatchObject({ status: 200, body: { status: "running" } });
    expect(await campaigns(`/${id}/start`, "POST")).toMatchObject({ status: 200, body: { campaign_id: id } });
    await eventually(async () => ((await campaigns(`/${id}`)).body.counts as { delivered: number }).delivered === 2);
    const counts = {
      total: 2,
      waiting: 0,
      sent: 2,
      delivered: 2,
      failed: 0,
      opted_out: 0,
      replied: 0,
      clicked_by_people: 0,
    };
    const { body } = await campaigns(`/${id}`);
    expect(body).toMatchObject({ status: "completed", counts, errors: [] });
    expect(body.finishes_at).toBe(body.ended_at);
    expect((await campaigns()).body).toMatchObject({ campaigns: [{ campaign_id: id, counts, errors: [] }] });
    const results = await campaigns(`/${id}/results.csv`);
    const rows = Papa.parse<Record<string, string>>(String(results.body), { header: true, skipEmptyLines: true }).data;
    expect(rows.map(({ to, result }) => [to, result])).toEqual([
      [people[0], "taken"],
      ["call me", "rejected"],
      [people[1], "taken"],
      [people[0], "rejected"],
    ]);
  });

  it("tells what each failure means, the most frequent first", async () => {
    const id = await draft();
    const recipients = ["+15005550002", "+15005553003", "+15005553005", "+15005550009"].map((to) => ({ to }));
    await campaigns(`/${id}/recipients`, "POST", { recipients: [...recipients, { to: people[2] }] });
    await campaigns(`/${id}/start`, "POST");
    await eventually(async () => {
      const { failed, delivered } = (await campaigns(`/${id}`)).body.counts as Record<string, number>;
      return failed === 4 && delivered === 1;
    });
    const { counts, errors } = (await campaigns(`/${id}`)).body;
    expect(counts).toMatchObject({ total: 5, waiting: 0, sent: 3, delivered: 1, failed: 4 });
    expect(errors).toHaveLength(4);
    expect(errors).toContainEqual({
      code: "30003",
      count: 1,
      meaning: expect.stringContaining("could not be reached"),
    });
  });
});

describe("a wish with two names", () => {
  it.each([
    ["per_minute", { per_minute: 60, pace_per_minute: 30 }],
    ["only_if", { only_if: { replied_within_months: 6 }, skip_without_reply_months: 3 }],
  ])("is told once: %s", async (field, wishes) => {
    const refused = { status: 400, body: { code: "invalid_request", issues: [{ field }] } };
    expect(await campaigns("", "POST", { name: "Spring", text: "Hi", ...wishes })).toMatchObject(refused);
    expect(await campaigns(`/${await draft()}`, "PATCH", wishes)).toMatchObject(refused);
  });
});

describe("a list in pieces", () => {
  it("takes the fields of every piece, and leaves those of others empty", async () => {
    const id = await draft({ text: "Hi {first_name|you} from {city|here}" });
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[0] }] });
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[1], fields: { city: "Bonn" } }] });
    await give(id, `phone,first_name\n${people[2]},Ann\n`);
    const { body } = await campaigns(`/${id}/preview`, "POST");
    expect((body.rows as { text: string }[]).map(({ text }) => text)).toEqual([
      "Hi you from here",
      "Hi you from Bonn",
      "Hi Ann from here",
    ]);
  });

  it("is judged whole after a change of the text, a row that is too long by itself", async () => {
    const id = await draft({ text: "Hi" });
    await campaigns(`/${id}/recipients`, "POST", {
      recipients: [{ to: people[0] }, { to: people[1], fields: { a: "x".repeat(5_000) } }],
    });
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[2], fields: { b: "y" } }] });
    const changed = await campaigns(`/${id}`, "PATCH", { text: "Hi {b|there}" });
    expect(changed.body).toMatchObject({
      audience: { rows: 3, rejected: { row_too_long: 1 } },
      progress: { waiting: 2 },
    });
  });

  it.each([
    [{}],
    [{ recipients: "x" }],
    [{ recipients: [{ to: 5 }] }],
    [{ tag: "a", recipients: [{ to: "+14155550123" }] }],
  ])("says what its recipients must be, given %o", async (given) => {
    const refused = await campaigns(`/${await draft()}/recipients`, "POST", given);
    const message = expect.stringMatching(/must be \{"recipients": .*, or \{"tag"/);
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request", message } });
  });

  it("fills the last block before it begins another, and finds the same person in any of them", async () => {
    const id = await draft();
    const many = Array.from({ length: 150 }, (_, at) => ({ to: `+1415556${String(1000 + at)}` }));
    await campaigns(`/${id}/recipients`, "POST", { recipients: many });
    for (const one of [people[0], people[1], many[149]?.to, people[0]]) {
      await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: one }] });
    }
    const { body } = await campaigns(`/${id}`);
    expect(body).toMatchObject({ audience: { rows: 154, rejected: { duplicate: 2 } }, progress: { waiting: 152 } });
    const results = String((await campaigns(`/${id}/results.csv`)).body);
    const rows = Papa.parse<Record<string, string>>(results, { header: true, skipEmptyLines: true }).data;
    expect(rows.map(({ to }) => to)).toEqual([
      ...many.map(({ to }) => to),
      people[0],
      people[1],
      many[149]?.to,
      people[0],
    ]);
  });

  it("takes everybody with a tag behind whoever is there", async () => {
    const id = await draft();
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[0], fields: { first_name: "Ann" } }] });
    await call("/v2/api/contacts", {
      method: "POST",
      token: key.token,
      body: { identifier: people[3], name: "Dee Doe" },
    });
    const tag = `spring ${key.id}`.slice(0, 30);
    await call(`/v2/api/contacts/${encodeURIComponent(people[3])}/tags`, {
      method: "POST",
      token: key.token,
      body: { tags: [tag] },
    });
    expect((await campaigns(`/${id}/recipients`, "POST", { tag })).body).toMatchObject({
      added: 1,
      rejected: [],
      total: 2,
    });
    const { body } = await campaigns(`/${id}/preview`, "POST");
    expect((body.rows as { text: string }[]).map(({ text }) => text)).toEqual(["Hi Ann", "Hi Dee"]);
  });

  it.each([
    ["an empty file", "", {}, 400, "campaign_audience_invalid"],
    [
      "a column that the file has not",
      "phone\n+14155550141\n",
      { query: "?to=Handy" },
      400,
      "campaign_columns_unknown",
    ],
    ["a form", "a=b", { type: "application/x-www-form-urlencoded" }, 415, "unsupported_media_type"],
    ["no JSON", "{", { type: "application/json" }, 400, "invalid_json"],
    [
      "a field that no text can name",
      '{"recipients":[{"to":"+14155550141","fields":{"First Name":"A"}}]}',
      { type: "application/json" },
      400,
      "invalid_request",
    ],
    ["nobody", '{"recipients":[]}', { type: "application/json" }, 400, "invalid_request"],
    ["both", '{"recipients":[{"to":"+1"}],"tag":"x"}', { type: "application/json" }, 400, "invalid_request"],
  ])("is refused with %s, and keeps who is there", async (_, raw, sent, status, code) => {
    const id = await draft();
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[0] }] });
    expect(await give(id, raw, sent)).toMatchObject({ status, body: { code } });
    expect((await campaigns(`/${id}`)).body).toMatchObject({
      audience: { state: "ready", rows: 1 },
      counts: { total: 1 },
    });
  });

  it("is given to a draft only", async () => {
    const id = await draft();
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[0] }] });
    await campaigns(`/${id}/start`, "POST");
    expect(await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[1] }] })).toMatchObject({
      status: 409,
      body: { code: "campaign_state_conflict" },
    });
  });
});

describe("a campaign with a time to start", () => {
  it("waits for it once it is started, and says about when it will be through", async () => {
    const at = Date.now() + 3_600_000;
    const id = await draft({ start_at: at, per_minute: 1 });
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[0] }, { to: people[1] }] });
    expect(await campaigns(`/${id}/start`, "POST")).toMatchObject({
      status: 200,
      body: { status: "scheduled", start_at: at, finishes_at: at + 120_000 },
    });
    expect(await campaigns(`/${id}/start`, "POST")).toMatchObject({
      status: 200,
      body: { status: "scheduled", start_at: at },
    });
    expect(await campaigns(`/${id}/start`, "POST", { send_at: at + 60_000 })).toMatchObject({
      status: 409,
      body: { code: "campaign_state_conflict" },
    });
    await campaigns(`/${id}/cancel`, "POST");
    expect(await campaigns(`/${id}/start`, "POST")).toMatchObject({ status: 409 });
  });

  it("takes it in either form that a message's `send_at` has", async () => {
    const at = Date.now() + 3_600_000;
    const iso = new Date(at).toISOString();
    const id = await draft({ start_at: iso });
    expect((await campaigns(`/${id}`)).body).toMatchObject({ start_at: at });
    await campaigns(`/${id}/recipients`, "POST", { recipients: [{ to: people[0] }] });
    const later = new Date(at + 60_000).toISOString().replace("Z", "+00:00");
    expect((await campaigns(`/${id}/start`, "POST", { send_at: later })).body).toMatchObject({ start_at: at + 60_000 });
    await campaigns(`/${id}/cancel`, "POST");
    expect((await campaigns("", "POST", { name: "Spring", text: "Hi", start_at: "tomorrow" })).status).toBe(400);
  });

  it("is told by its own name where the time cannot be meant", async () => {
    const wrong = { name: "Spring", text: "Hi", start_at: Math.floor(Date.now() / 1000) + 600 };
    expect((await campaigns("", "POST", wrong)).body).toMatchObject({
      code: "invalid_request",
      field: "start_at",
      message: expect.stringMatching(/^start_at looks like epoch seconds/),
    });
  });
});
