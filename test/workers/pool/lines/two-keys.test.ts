import { expect, it } from "vitest";
import { macWords } from "../../../support/node/fake-bluebubbles-faults.ts";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { addLine, type LineKey, ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const desk = "help@example.com";
const stage = stageLine({ aliases: ["+12125552900", desk] });

/** A second key of the organization, with the Mac's other address. */
async function makeDeskKey(): Promise<LineKey> {
  const { organizationId, integrationId } = stage.key;
  const made = await admin("/api-keys", { body: { name: "Desk", organization_id: organizationId } });
  const key = { ...stage.key, id: String(made.body.api_key_id), token: String(made.body.key), line: desk };
  await addLine({ id: key.id, integrationId }, desk, { type: "inbound" });
  const webhook = { api_key_id: key.id, webhook_url: `https://customer.example/${key.id}`, events: ["*"] };
  await admin("/webhooks", { body: { organization_id: organizationId, ...webhook } });
  return key;
}

it("two keys on one Mac that write the same to one person at once never take one row for both", async () => {
  const other = await makeDeskKey();
  const heard = (key: LineKey, event: string) =>
    stage.world.told.filter(({ url, body }) => url.endsWith(key.id) && body.event === event).map(({ body }) => body);
  stage.mac.receive({ from: person, text: "Anybody?", to: desk });
  await eventually(async () => heard(other, "message.received").length === 1);
  stage.mac.faults.add({ text: "Yes" }, { kind: "error", message: macWords.transactionTimeout, taken: false }, 1);
  const lost = await sendFrom(other, person, { text: "Yes" });
  await stage.receive({ from: person, text: "And you?", to: stage.key.line });
  const sent = await sendFrom(stage.key, person, { text: "Yes" });
  await eventually(async () => stage.mac.reached().length === 1);
  await eventually(async () => {
    await ringIn(other, 3_600_000);
    return heard(other, "message.failed").length === 1;
  });
  const status = async (key: LineKey, id: unknown) =>
    (await v2(key, `/chats/${encodeURIComponent(person)}/messages/${String(id)}/status`)).body;
  expect(heard(other, "message.failed")[0]).toMatchObject({ error_code: "outcome_unknown", text: "Yes" });
  expect(heard(other, "message.sent")).toEqual([]);
  expect(await status(other, lost.body.message_id)).toMatchObject({ status: "failed" });
  expect((await status(stage.key, sent.body.message_id)).status).toMatch(/sent|delivered/);
  expect(heard(other, "message.received").map(({ text }) => text)).toEqual(["Anybody?"]);
  expect(heard(stage.key, "message.received").map(({ text }) => text)).toEqual(["And you?"]);
});
