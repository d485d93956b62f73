import { expect, it, vi } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { addLine, type LineKey, newLine, ringIn } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const stage = stageLine({ privateApi: false, detected: null });

/** Another key of the organization that holds a further line of the Mac. */
async function makeOtherKey(line: string): Promise<LineKey> {
  const { organizationId } = stage.key;
  const made = await admin("/api-keys", { body: { name: "Other", organization_id: organizationId } });
  const key = { ...stage.key, line, id: String(made.body.api_key_id), token: String(made.body.key) };
  await addLine(key, line, { type: "inbound" });
  const webhook = { api_key_id: key.id, webhook_url: `https://customer.example/${key.id}`, events: ["*"] };
  await admin("/webhooks", { body: { organization_id: organizationId, ...webhook } });
  return key;
}

const heardBy = ({ id }: LineKey) =>
  stage.world.told
    .filter(
      ({ url, body }) => url.endsWith(id) && ["message.received", "message.device_sent"].includes(String(body.event)),
    )
    .map(({ body }) => body.text);

for (const names of [true, false]) {
  const says = names ? "names the line" : "names no line";
  it(`what was written before a line was released stays its key's where a row ${says}: the key of another line of that Mac takes none of it`, async () => {
    const other = await makeOtherKey(newLine("999"));
    const more = names ? {} : { destinationCallerId: "" };
    const receive = (text: string, isFromMe = false) => {
      vi.setSystemTime(Date.now() + 2_000);
      const message = stage.mac.receive({ from: person, text, more, isFromMe });
      if (!names) for (const chat of stage.mac.db.chats) chat.lastAddressedHandle = "";
      return message;
    };
    receive("Hi");
    receive("By hand", true);
    await eventually(async () => {
      await ringIn(stage.key, 61_000);
      await ringIn(other, 1_000);
      return heardBy(stage.key).length === 2;
    });
    stage.mac.isDeaf = true;
    receive("Last words");
    vi.setSystemTime(Date.now() + 2_000);
    expect((await admin(`/numbers/${encodeURIComponent(stage.key.line)}`, { method: "DELETE" })).status).toBe(200);
    vi.setSystemTime(Date.now() + 2_000);
    stage.mac.receive({ from: names ? person : "+14155550124", to: other.line, text: "To the other" });
    await eventually(async () => {
      await ringIn(other, 61_000);
      await ringIn(stage.key, 1_000);
      return heardBy(other).length > 0;
    });
    await stage.world.quiet();
    expect(heardBy(other)).toEqual(["To the other"]);
    await eventually(async () => heardBy(stage.key).length === 3);
    expect(heardBy(stage.key)).toEqual(["Hi", "By hand", "Last words"]);
  });
}
