import { expect, it } from "vitest";
import { admin, makeTestKey } from "../../support/workers/gateway.ts";

it("a directory that knows no key is not in order: it is new, or it was emptied beside the pools of its keys", async () => {
  const empty = await admin("/status");
  expect(empty.body).toMatchObject({ ok: false, directory: { ok: false }, migrations: { ok: true } });
  expect(empty.body.checks).toContainEqual(
    expect.objectContaining({ name: "directory", ok: false, help: expect.stringContaining("restore its database") }),
  );
  const key = await makeTestKey();
  await admin(`/api-keys/${key.id}`, { method: "DELETE" });
  expect((await admin("/status")).body).toMatchObject({ directory: { ok: true } });
});
