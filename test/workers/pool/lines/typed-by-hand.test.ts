import { expect, it } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom } from "../../../support/workers/mac.ts";
import { crash, type Pool } from "../../../support/workers/pool.ts";

const person = "+14155550123";
const neighbour = "+14155550124";
const stage = stageLine();

const change = (settings: object) => admin(`/api-keys/${stage.key.id}`, { method: "PATCH", body: settings });
const limit = (velocity: object) => change({ velocity });
const restart = () => crash({ id: stage.key.id } as Pool);

/** The owner writes so many times on a device of their own, and the gateway has taken it in. */
async function typeByHand(to: string, times = 1): Promise<void> {
  const before = stage.told("message.device_sent").length;
  for (let n = 0; n < times; n += 1) stage.mac.receive({ from: to, text: `On my way ${n}`, isFromMe: true });
  await eventually(async () => {
    await ringIn(stage.key, 2_000);
    return stage.told("message.device_sent").length === before + times;
  });
}

async function codeOf(to: string): Promise<unknown> {
  const { status, body } = await sendFrom(stage.key, to);
  return status === 202 ? "taken" : typeof body.limit === "string" ? body.limit : body.code;
}

it("what a person types on the Mac counts against no limit on one recipient", async () => {
  await limit({ per_recipient_per_hour: 2 });
  await typeByHand(person, 3);
  const answers = [];
  for (let n = 0; n < 3; n += 1) answers.push(await codeOf(person));
  expect(answers).toEqual(["taken", "taken", "per_recipient_per_hour"]);
});

it("what a person types on the Mac counts against no limit on one range, nor hides what the gateway sent there", async () => {
  await limit({ per_prefix_per_hour: 1 });
  await typeByHand(neighbour);
  expect(await codeOf(person)).toBe("taken");
  await typeByHand(person);
  expect(await codeOf(neighbour)).toBe("per_prefix_per_hour");
});

it("what a person types on the Mac counts against no limit on one country, and makes nothing forgotten that does", async () => {
  await limit({ per_country_per_day: 2 });
  await typeByHand(person, 3);
  expect(await codeOf(person)).toBe("taken");
  await typeByHand(person, 2);
  await restart();
  expect([await codeOf(person), await codeOf(person)]).toEqual(["taken", "per_country_per_day"]);
});

it("conversations that a person begins on the Mac count against no limit on new contacts, over a restart too", async () => {
  await limit({ new_contacts_per_hour: 1 });
  await typeByHand(person);
  await restart();
  expect([await codeOf(neighbour), await codeOf("+14155550125")]).toEqual(["taken", "new_contacts_per_hour"]);
});

it("what a person types on the Mac spends nothing of a daily cap that is set later", async () => {
  await typeByHand(person, 3);
  await change({ daily_cap: 1 });
  expect([await codeOf(person), await codeOf(person)]).toEqual(["taken", "daily_cap_reached"]);
});

it("what a person types on the Mac is none of the messages without an answer that a line's cap counts", async () => {
  const caps = { unanswered: 2, per_second: 1000 };
  await admin(`/numbers/${encodeURIComponent(stage.key.line)}`, { method: "PATCH", body: { caps } });
  await typeByHand(person, 20);
  expect([await codeOf(person), await codeOf(person)]).toEqual(["taken", "taken"]);
  await typeByHand(person, 20);
  expect(await codeOf(person)).toBe("outbound_limit_reached");
});

it("strangers whom a person writes to on the Mac pause no key", async () => {
  const abroad = (n: number) => `+447400123${String(100 + n)}`;
  for (let n = 0; n < 20; n += 1) await typeByHand(abroad(n));
  await restart();
  expect([await codeOf(abroad(20)), await codeOf(abroad(21))]).toEqual(["taken", "taken"]);
});
