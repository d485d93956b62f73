import { expect, it } from "vitest";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { v2 } from "../../../support/workers/mac.ts";

const stage = stageLine();

for (const name of ["urn:biz:5e2f0c1a-77d4-4b0f-9f0e-0d6b1c2a3e4f", "T-Mobile", "Größe 38"]) {
  it(`a sender that has a name instead of a number keeps it as it stands, and their chat is found by it: ${name}`, async () => {
    const { id } = await stage.receive({ from: name, text: "Your order is on its way" });
    expect(stage.told("message.received").at(-1)).toMatchObject({ external_id: name, sender: name });
    const chat = `/chats/${encodeURIComponent(name)}`;
    expect((await v2(stage.key, `${chat}/messages`)).body.messages).toMatchObject([{ message_id: id }]);
    expect(await v2(stage.key, `${chat}/read`, {})).toMatchObject({ status: 200 });
    expect(stage.mac.log.filter((entry) => entry.kind === "did")).toMatchObject([{ what: "read" }]);
  });
}
