import { expect, it } from "vitest";
import { eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom } from "../../../support/workers/mac.ts";
import { newPerson } from "../../../support/workers/pool.ts";

const stage = stageLine();
const link_preview = { title: "Ours", image_url: "https://example.com/a.png" };

it("a link that is to have a picture and title of its own leaves as a link, and the answer says what was not used", async () => {
  const sent = await sendFrom(stage.key, newPerson(), { text: "https://example.com/one", link_preview });
  expect(sent.body.warning).toContain("The picture and title of link_preview were not used");
  await eventually(async () => stage.mac.reached().length === 1);
  expect(stage.mac.reached()[0]?.text).toBe("https://example.com/one");
  const more = await sendFrom(stage.key, newPerson(), { text: "See https://example.com/one", link_preview });
  expect(more.body.warning).toContain("a text that is one URL and nothing else");
});

it("parts of which one has a preview are a message each, in order; where one is no link, nothing is sent", async () => {
  const person = newPerson();
  const parts = [{ text: "https://example.com/one", link_preview }, { text: "https://example.com/two" }];
  const sent = await sendFrom(stage.key, person, { parts });
  expect(sent).toMatchObject({ status: 202, body: { count: 2, warning: expect.stringContaining("were not used") } });
  expect(sent.body.message_ids).toHaveLength(2);
  await eventually(async () => {
    await ringIn(stage.key, 2_000);
    return stage.mac.reached().length === 2;
  });
  expect(stage.mac.reached().map(({ text }) => text)).toEqual(parts.map(({ text }) => text));
  const mixed = await sendFrom(stage.key, person, { parts: [{ text: "Look" }, ...parts] });
  expect(mixed).toMatchObject({ status: 400, body: { code: "invalid_request" } });
});
