import { beforeAll, describe, expect, it } from "vitest";
import { admin, call, makeTestKey } from "../../support/workers/gateway.ts";

type Key = { api_key_id: string; name: string; key_hint: string };
const find = async (query: string) => {
  const { body } = await admin(`/api-keys?${query}`);
  return {
    names: (body.api_keys as Key[]).map(({ name }) => name),
    total: (body.pagination as { total: number }).total,
  };
};
let organization_id: string;
const make = async (name: string) =>
  String((await admin("/api-keys", { body: { name, mode: "test", organization_id } })).body.api_key_id);

beforeAll(async () => {
  organization_id = String((await admin("/organizations", { body: { name: "Search" } })).body.organization_id);
  await make("Älteste Kampagne");
  await make("Orders 100%");
  await make("Reminders_a");
  await admin(`/api-keys/${await make("Reminders b")}`, { method: "PATCH", body: { status: "paused" } });
  await admin(`/api-keys/${await make("Reminders c")}`, { method: "DELETE" });
});

describe("a search for keys", () => {
  it("takes part of a name as it is written, in any case of ASCII", async () => {
    expect(await find("q=remind")).toEqual({ names: ["Reminders_a", "Reminders b", "Reminders c"], total: 3 });
    expect((await find("q=%C3%84lt")).names).toEqual(["Älteste Kampagne"]);
    expect((await find("q=0%25")).names).toEqual(["Orders 100%"]);
    expect((await find("q=s_a")).names).toEqual(["Reminders_a"]);
    expect((await find("q=nobody")).total).toBe(0);
  });

  it("counts and pages what matches, not what there is", async () => {
    expect(await find("q=remind&limit=1&offset=1")).toEqual({ names: ["Reminders b"], total: 3 });
  });

  it("keeps to one status, or to the keys that are not revoked", async () => {
    expect((await find("q=remind&status=revoked")).names).toEqual(["Reminders c"]);
    expect((await find("q=remind&status=paused")).names).toEqual(["Reminders b"]);
    expect((await find("q=remind&status=living")).names).toEqual(["Reminders_a", "Reminders b"]);
    expect((await admin("/api-keys?status=dead")).status).toBe(400);
  });

  it("finds a key by the four characters that are shown of it, and by its id", async () => {
    const [key] = (await admin("/api-keys?q=%C3%84lt")).body.api_keys as Key[];
    expect((await find(`q=${key?.key_hint}`)).names).toContain("Älteste Kampagne");
    expect((await find(`q=${key?.api_key_id}`)).names).toEqual(["Älteste Kampagne"]);
  });
});

describe("what waits on a key", () => {
  it("stands beside it, and is what a revocation cancels", async () => {
    const key = await makeTestKey();
    const send_at = Date.now() + 24 * 60 * 60 * 1000;
    for (const person of ["+15553310001", "+15553310002"]) {
      const body = { text: "Later", send_at };
      await call(`/v2/api/chats/${encodeURIComponent(person)}/messages`, { body, token: key.token });
    }
    expect((await admin(`/api-keys/${key.id}`)).body.waiting).toBe(2);
    await admin(`/api-keys/${key.id}`, { method: "DELETE" });
    expect((await admin(`/api-keys/${key.id}`)).body).toMatchObject({ status: "revoked", waiting: 0 });
    const ended = await admin(`/api-keys/${key.id}/messages?status=cancelled`);
    expect(ended.body.messages).toHaveLength(2);
  });
});
