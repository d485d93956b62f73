import { expect, it } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { addLine, type LineKey, ringIn } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const desk = "help@example.com";
/** Without the Private API and without a chat, the server names none of the Apple ID's addresses. */
const stage = stageLine({ aliases: ["+12125552900", desk], privateApi: false, detected: null });

/** A second key of the organization, with another line of the Mac. */
async function makeDeskKey(): Promise<LineKey> {
  const { organizationId, integrationId } = stage.key;
  const made = await admin("/api-keys", { body: { name: "Desk", organization_id: organizationId } });
  const key = { ...stage.key, id: String(made.body.api_key_id), token: String(made.body.key), line: desk };
  await addLine({ id: key.id, integrationId }, desk);
  const webhook = { api_key_id: key.id, webhook_url: `https://customer.example/${key.id}`, events: ["*"] };
  await admin("/webhooks", { body: { organization_id: organizationId, ...webhook } });
  return key;
}

const heard = (key: LineKey) =>
  stage.world.told
    .filter(({ url, body }) => url.endsWith(key.id) && body.event === "message.received")
    .map(({ body }) => body.text);

it("two keys on a Mac that does not say its addresses each take what was written to their own line, and what names none comes in once", async () => {
  const other = await makeDeskKey();
  stage.mac.receive({ from: person, text: "To the number", to: stage.key.line });
  stage.mac.receive({ from: "+14155550124", text: "To the desk", to: desk });
  stage.mac.receive({ from: "+14155550125", text: "To nobody", to: "" });
  await eventually(async () => {
    await ringIn(stage.key, 2_000);
    await ringIn(other, 0);
    await stage.world.quiet();
    return heard(other).length > 0 && heard(stage.key).length > 1;
  });
  for (const key of [stage.key, other]) await ringIn(key, 120_000);
  await stage.world.quiet();
  expect(heard(other)).toEqual(["To the desk"]);
  expect(heard(stage.key)).toEqual(["To the number", "To nobody"]);

  // Once the first line is released, the next one gets what names none.
  expect((await admin(`/numbers/${encodeURIComponent(stage.key.line)}`, { method: "DELETE" })).status).toBe(200);
  stage.mac.receive({ from: person, text: "Still to nobody", to: "" });
  await eventually(async () => {
    await ringIn(other, 2_000);
    await stage.world.quiet();
    return heard(other).includes("Still to nobody");
  });
});
