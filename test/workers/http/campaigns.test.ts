import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { beforeEach, describe, expect, it } from "vitest";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

let key: TestKey;
beforeEach(async () => {
  key = await makeTestKey();
});

const people = ["+14155550101", "+14155550102", "+14155550103"];

function v2(path: string, method = "GET", body?: unknown) {
  return call(`/v2/api/campaigns${path}`, { method, token: key.token, ...(body === undefined ? {} : { body }) });
}

function upload(id: string, raw: BodyInit, type = "text/csv") {
  return call(`/v2/api/campaigns/${id}/audience`, {
    method: "PUT",
    token: key.token,
    raw,
    headers: { "Content-Type": type },
  });
}

async function draft(wishes: Record<string, unknown> = {}): Promise<string> {
  const made = await v2("", "POST", { name: "Spring", text: "Hi {first_name|there}", ...wishes });
  expect(made.status).toBe(201);
  return String(made.body.campaign_id);
}

async function resultsOf(id: string): Promise<Record<string, string>[]> {
  const { body, headers } = await v2(`/${id}/results`);
  expect(headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  return Papa.parse<Record<string, string>>(String(body), { header: true, skipEmptyLines: true }).data;
}

describe("a campaign by the v2 API", () => {
  it("goes its whole way: draft, list, preview, test, start, results", async () => {
    const id = await draft({ columns: { phone: "Handy", first_name: "Vorname" } });
    const file = `\uFEFFVorname;Handy\r\nAnn;${people[0]}\r\n"";${people[1]}\r\nAnn;(415) 555-0101\r\n"Bob ""B"";";call me\r\n`;
    const given = await upload(id, file);
    expect(given.body).toMatchObject({
      state: "draft",
      audience: { state: "ready", rows: 4, fields: ["first_name"], rejected: { duplicate: 1, not_a_number: 1 } },
      progress: { waiting: 2, taken: 0, refused: 0, rejected: 2 },
    });
    const preview = await v2(`/${id}/preview`);
    expect(preview.body).toMatchObject({
      people: [
        {
          line: 2,
          to: people[0],
          text: "Hi Ann",
          number_of_message_parts: 1,
          from_number: key.numbers[0],
          reason: null,
        },
        { line: 3, to: people[1], text: "Hi there" },
      ],
      estimated_parts: 2,
      total: 2,
    });
    const tried = await v2(`/${id}/test`, "POST", { to: people[2] });
    expect(tried).toMatchObject({ status: 202, body: { text: "Hi Ann", from_number: key.numbers[0] } });
    expect((await v2(`/${id}/start`, "POST", {})).status).toBe(200);
    expect(await v2(`/${id}/start`, "POST", {})).toMatchObject({ status: 200, body: { campaign_id: id } });
    await eventually(async () => (await v2(`/${id}`)).body.state === "completed");
    await eventually(
      async () => ((await v2(`/${id}`)).body.numbers as { statuses: Record<string, number> }).statuses.delivered === 2,
    );
    const rows = await resultsOf(id);
    expect(rows.map(({ line, to, result, reason, status }) => [line, to, result, reason, status])).toEqual([
      ["2", people[0], "taken", "", "delivered"],
      ["3", people[1], "taken", "", "delivered"],
      ["4", people[0], "rejected", "duplicate", ""],
      ["5", "call me", "rejected", "not_a_number", ""],
    ]);
    const message = await call(
      `/v2/api/chats/${encodeURIComponent(String(people[0]))}/messages/${rows[0]?.message_id}`,
      { token: key.token },
    );
    expect(message.body).toMatchObject({ text: "Hi Ann", metadata: { campaign_id: id, campaign_name: "Spring" } });
  });

  it.each([
    ["nothing", "", "campaign_audience_invalid"],
    ["headings alone", "phone,name\n", "campaign_audience_invalid"],
    ["no column of numbers", "name,city\nAnn,Bonn\n", "campaign_columns_unknown"],
    ["a quote that is never closed", 'phone\n"+14155550101\n+14155550102\n', "campaign_audience_invalid"],
    ["another encoding", new Uint8Array([0xff, 0xfe, 0x70, 0x00]), "campaign_audience_invalid"],
  ])("is not started by a file with %s", async (_, file, code) => {
    const id = await draft();
    expect((await upload(id, file)).body).toMatchObject({ code });
    expect(await v2(`/${id}/start`, "POST", {})).toMatchObject({ status: 409, body: { code: "campaign_not_ready" } });
  });

  it("takes a list of thousands in pieces, and a cell of a megabyte for what it is", async () => {
    const id = await draft({ text: "Hi" });
    const rows = Array.from({ length: 2_400 }, (_, at) => `+1415${String(2_000_000 + at)}`);
    const file = `phone,name\n${rows.join("\n")}\n+14155550101,"${"x".repeat(1_000_000)}"\n${rows[0]}`;
    expect((await upload(id, file)).body).toMatchObject({
      audience: { rows: 2_402, rejected: { row_too_long: 1, duplicate: 1 } },
      progress: { waiting: 2_400 },
    });
    expect((await resultsOf(id)).map(({ to }) => to).slice(0, 2_400)).toEqual(rows);
  });

  it("takes no list of 100,001 rows, keeps nobody of it, and one of 100,000 in its place", {
    timeout: 120_000,
  }, async () => {
    const id = await draft({ text: "Hi" });
    const rows = Array.from({ length: 100_000 }, (_, at) => `row ${at}`).join("\n");
    expect(await upload(id, `phone\n${rows}\n${people[0]}\n`)).toMatchObject({
      status: 413,
      body: { code: "campaign_audience_too_large" },
    });
    expect((await v2(`/${id}`)).body).toMatchObject({ audience: { state: "none", rows: 0 }, progress: { waiting: 0 } });
    expect(await v2(`/${id}/start`, "POST", {})).toMatchObject({ status: 409, body: { code: "campaign_not_ready" } });
    expect((await upload(id, `phone\n${people[0]}\n${rows.slice(rows.indexOf("\n") + 1)}`)).body).toMatchObject({
      audience: { rows: 100_000 },
      progress: { waiting: 1 },
    });
  });

  it("gives out no formula that somebody put into a list", async () => {
    const id = await draft();
    await upload(id, 'phone,name\n"=HYPERLINK(""http://x"")",a\n@SUM(A1),b\n-1+1,c\n');
    expect((await resultsOf(id)).map(({ to }) => to)).toEqual(['\'=HYPERLINK("http://x")', "'@SUM(A1)", "'-1+1"]);
  });

  it("says which field nobody has, and what a text cannot mean", async () => {
    const id = await draft({ text: "Hi {vorname}" });
    await upload(id, `phone,first_name\n${people[0]},Ann\n`);
    expect(await v2(`/${id}/start`, "POST", {})).toMatchObject({
      status: 409,
      body: { code: "campaign_not_ready", missing_fields: ["vorname"], fields: ["first_name"] },
    });
    expect(await v2(`/${id}`, "PATCH", { text: "Hi {first name}" })).toMatchObject({
      status: 400,
      body: { code: "invalid_request" },
    });
    expect((await v2(`/${id}`, "PATCH", { text: "Hi {first_name}" })).body).toMatchObject({
      audience: { state: "ready" },
    });
    expect((await v2(`/${id}/start`, "POST", { send_at: Date.now() + 3_600_000 })).body).toMatchObject({
      state: "scheduled",
    });
    expect((await v2(`/${id}/cancel`, "POST")).body).toMatchObject({ state: "cancelled" });
  });

  it("asks for the file itself", async () => {
    const id = await draft();
    expect((await upload(id, "{}", "application/json")).status).toBe(415);
  });
});

describe("a campaign from the admin's side", () => {
  it("is the key's own, with the same answers", async () => {
    const base = `/api-keys/${key.id}/campaigns`;
    await admin(`/api-keys/${key.id}/contacts`, { body: { identifier: people[0], name: "Ann Lee" } });
    await admin(`/api-keys/${key.id}/contacts/${encodeURIComponent(String(people[0]))}/tags`, {
      body: { tags: ["vip"] },
    });
    const made = await admin(base, { body: { name: "For VIPs", text: "Dear {first_name}", shorten_links: true } });
    const id = String(made.body.campaign_id);
    expect(await admin(`${base}/${id}/audience/tag`, { body: { tag: "vip" } })).toMatchObject({
      status: 200,
      body: { audience: { tag: "vip", rows: 1, fields: ["name", "first_name"] } },
    });
    const uploaded = await call(`/admin/api${base}/${id}/audience`, {
      method: "PUT",
      token: env.ADMIN_TOKEN,
      raw: `phone,first_name\n${people[0]},Ann\n`,
    });
    expect(uploaded.body).toMatchObject({ audience: { tag: null, rows: 1 } });
    expect((await v2("")).body).toMatchObject({
      campaigns: [{ campaign_id: id, name: "For VIPs" }],
      pagination: { total: 1 },
    });
    expect((await admin(`${base}/${id}/preview`)).body).toMatchObject({ people: [{ text: "Dear Ann" }] });
    await admin(`${base}/${id}/start`, { method: "POST" });
    await eventually(async () => (await admin(`${base}/${id}`)).body.state === "completed");
    expect((await admin(`${base}/${id}`, { method: "DELETE" })).status).toBe(409);
    const gone = String((await admin(base, { body: { name: "Draft", text: "x" } })).body.campaign_id);
    expect((await admin(`${base}/${gone}`, { method: "DELETE" })).status).toBe(200);
    expect((await admin(`${base}/${gone}`)).status).toBe(404);
    const next = await admin(base, { body: { name: "Next", text: "x" } });
    expect(next.body.campaign_id).not.toBe(gone);
  });
});
