import { beforeAll, describe, expect, it } from "vitest";
import { contactId } from "../../../src/domain/channel-ids.ts";
import { admin, call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const ann = "+15557770001";
const path = (key: TestKey, rest = "") => `/api-keys/${key.id}/contacts${rest}`;
const annAt = `/${encodeURIComponent(ann)}`;

let key: TestKey;
beforeAll(async () => {
  key = await makeTestKey();
});

describe("a key's contacts in the admin's hands", () => {
  it("are made, read, renamed, tagged and deleted, and the key itself sees the same", async () => {
    const made = await admin(path(key), { body: { identifier: ann, name: "Ann" } });
    expect(made.status).toBe(201);
    expect((await admin(path(key), { body: { identifier: ann } })).body).toMatchObject({
      code: "already_exists",
      contact: { identifier: ann },
    });
    const renamed = await admin(path(key, annAt), { method: "PATCH", body: { name: "<img onerror>" } });
    expect(renamed.body).toMatchObject({ identifier: ann, name: "<img onerror>" });
    const tagged = await admin(path(key, `${annAt}/tags`), { body: { tags: ["vip", "vip", "late"] } });
    expect(tagged.body).toEqual({ success: true, tags_added: ["vip", "late"] });
    expect((await admin(path(key, `${annAt}/tags/late`), { method: "DELETE" })).status).toBe(200);
    expect((await admin(path(key, `${annAt}/tags/late`), { method: "DELETE" })).status).toBe(404);
    const read = await admin(path(key, annAt));
    expect(read.body).toMatchObject({ name: "<img onerror>", tags: ["vip"] });
    expect(read.body).toEqual((await call(`/v2/api/contacts${annAt}`, { token: key.token })).body);
    expect((await admin(path(key, annAt), { method: "DELETE" })).body).toMatchObject({ success: true });
    expect((await admin(path(key, annAt))).status).toBe(404);
  });

  it("have no name where it holds nothing but blanks, by whichever API it was given", async () => {
    const nameless = await makeTestKey();
    const { token } = nameless;
    for (const [index, name] of ["", " ", " \t\u00a0"].entries()) {
      const identifier = `+1555777020${index}`;
      expect((await admin(path(nameless), { body: { identifier, name } })).body).toMatchObject({ name: null });
      const mail = { identifier: `ann${index}@example.com`, name };
      expect((await call("/v2/api/contacts", { token, body: mail })).body).toMatchObject({ name: null });
      const at = `/${encodeURIComponent(identifier)}`;
      const given = async (told: string, where = `/v2/api/contacts${at}`) =>
        (await call(where, { method: "PATCH", token, body: { name: told } })).body;
      for (const where of [`/v2/api/contacts${at}`, `/v4/contacts/${contactId(identifier)}`]) {
        await given(" Ann ");
        await given(name, where);
        expect((await admin(path(nameless, at))).body).toMatchObject({ name: null });
      }
      expect(await given(" Ann ")).toMatchObject({ name: " Ann " });
    }
  });

  it("are listed, searched and paged as the key lists them", async () => {
    for (const [index, name] of ["Cleo", "Bert", "Abel"].entries()) {
      await admin(path(key), { body: { identifier: `+1555777010${index}`, name } });
    }
    const query = "?sort=name_asc&limit=2&offset=1";
    const listed = await admin(path(key, query));
    expect((listed.body.contacts as { name: string }[]).map(({ name }) => name)).toEqual(["Bert", "Cleo"]);
    expect(listed.body).toEqual((await call(`/v2/api/contacts${query}`, { token: key.token })).body);
    expect((await admin(path(key, "?q=clE"))).body).toMatchObject({ pagination: { total: 1 } });
  });

  it("of one key are nobody else's, and those of no key are not found", async () => {
    const other = await makeTestKey();
    expect((await admin(path(other))).body).toMatchObject({ contacts: [], pagination: { total: 0 } });
    expect((await admin("/api-keys/key_0000000000000000/contacts")).status).toBe(404);
    expect((await admin(path(key), { body: { identifier: "nobody" } })).status).toBe(400);
  });
});
