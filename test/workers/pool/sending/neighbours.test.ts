import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { reconcileMs } from "../../../../src/domain/retry.ts";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import { owed } from "../../../support/workers/ledger.ts";
import {
  acceptedBy,
  assignTo,
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendText,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

const minute = 60_000;

let outside: Outside;
let hanging: FakeAccount;
let healthy: FakeAccount;
let key: LiveKey;
let numbers: { hanging: string; healthy: string };

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  hanging = outside.open();
  healthy = outside.open();
  key = await makeLiveKey(hanging);
  numbers = { hanging: key.numbers[0] ?? "", healthy: healthy.numbers[0]?.phoneNumber ?? "" };
  const connected = await admin("/integrations/twilio", {
    body: {
      organization_id: key.organizationId,
      account_sid: healthy.options.accountSid,
      auth_token: healthy.options.authToken,
    },
  });
  await admin(`/integrations/twilio/${connected.body.integration_id}/import`, {
    body: { phone_numbers: [numbers.healthy] },
  });
  await assignTo(key.id, numbers.healthy);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function pass(ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
}

function asked(twilio: FakeAccount, path: RegExp) {
  return twilio.log.filter((entry) => entry.kind === "request" && path.test(entry.path)).length;
}

describe("an account that hangs", () => {
  it("holds back no message of another account of the key, however many of its own wait", async () => {
    hanging.faults.chooseBy(({ call: kind }) => (kind === "create" ? { kind: "hang", taken: true } : null));
    for (let index = 0; index < 8; index += 1) {
      await sendText(key, "Hangs", `+1555123470${index}`, { from_number: numbers.hanging });
    }
    await eventually(async () => acceptedBy(hanging).length === 3);
    for (let index = 0; index < 4; index += 1) {
      await sendText(key, "Leaves", `+1555123480${index}`, { from_number: numbers.healthy });
    }
    await eventually(async () => acceptedBy(healthy).length === 4);
    expect(acceptedBy(hanging)).toHaveLength(3);
  });

  it("keeps neither another account's look-ups nor the retries of webhooks waiting when its own look-ups hang", async () => {
    const url = "https://customer.example/neighbours";
    await call("/v2/api/webhooks", { body: { webhook_url: url, webhook_type: "status" }, token: key.token });
    for (const twilio of [hanging, healthy]) twilio.faults.add({}, { kind: "reset", taken: true }, 3);
    const lost: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      await sendText(key, "Lost", `+1555123490${index}`, { from_number: numbers.hanging });
      lost.push(await sendText(key, "Lost", `+1555123500${index}`, { from_number: numbers.healthy }));
    }
    await eventually(async () => (await env.POOLS.getByName(key.id).stats())?.unknownMessages === 6);
    for (const { sid } of acceptedBy(healthy)) await healthy.sendStatus(sid, "delivered", { silent: true });
    hanging.faults.chooseBy(({ call: kind }) => (kind === "list" ? { kind: "hang", taken: false } : null));
    outside.answerAs = () => 500;
    await pass(reconcileMs.grace + 1_000);
    for (const [index, id] of lost.entries()) {
      await eventually(async () => (await readMessage(key, id, `+1555123500${index}`)).status === "delivered");
    }
    await eventually(async () => outside.told.length === 6);
    const repeats = async () => (await owed({ ...key })).filter(({ attempt }) => attempt === 2);
    await eventually(async () => (await repeats()).length === 6);
    outside.answerAs = () => 200;
    await pass(minute);
    await eventually(async () => outside.told.length === 12);
    expect((await env.POOLS.getByName(key.id).stats())?.unknownMessages).toBe(3);
  });
});

describe("a look that is cut off", () => {
  it("is made again when the object wakes: it stands in the ledger until it is done", async () => {
    healthy.faults.add({}, { kind: "reset", taken: true }, 1);
    const to = "+15551235200";
    const id = await sendText(key, "Lost", to, { from_number: numbers.healthy });
    await eventually(async () => (await env.POOLS.getByName(key.id).stats())?.unknownMessages === 1);
    healthy.faults.add({ call: "list" }, { kind: "hang", taken: false }, 1);
    await pass(reconcileMs.grace + 1_000);
    await outside.calm();
    await abortAllDurableObjects();
    expect(await readMessage(key, id, to)).toMatchObject({ outcome_unknown: true });
    await pass(minute);
    await eventually(async () => (await readMessage(key, id, to)).outcome_unknown === false);
    expect(acceptedBy(healthy)).toHaveLength(1);
  });
});

describe("a gateway that Twilio cannot call", () => {
  const { PUBLIC_URL } = env;
  beforeEach(async () => {
    Object.assign(env, { PUBLIC_URL: "http://127.0.0.1:8787" });
    await evictDurableObject(env.POOLS.getByName(key.id));
  });
  afterEach(() => void Object.assign(env, { PUBLIC_URL }));

  it("asks for a message by its id within seconds, ever more seldom, until its end", async () => {
    const to = "+15551235100";
    const id = await sendText(key, "No callbacks", to, { from_number: numbers.healthy });
    const [taken] = await eventually(async () => (acceptedBy(healthy).length === 1 ? acceptedBy(healthy) : null));
    const look = async () => {
      const before = asked(healthy, /Messages\/SM/);
      await pass(4_000);
      await eventually(async () => asked(healthy, /Messages\/SM/) > before);
    };
    await healthy.sendStatus(taken?.sid ?? "", "sent", { silent: true });
    await look();
    await eventually(async () => (await readMessage(key, id, to)).status === "sent");
    await healthy.sendStatus(taken?.sid ?? "", "delivered", { silent: true });
    await look();
    await eventually(async () => (await readMessage(key, id, to)).status === "delivered");
    const before = asked(healthy, /Messages\/SM/);
    for (let round = 0; round < 5; round += 1) await pass(minute);
    await outside.calm();
    expect(asked(healthy, /Messages\/SM/)).toBe(before);
  });

  it("finds a message whose answer was lost within seconds, and calls none absent before the grace", async () => {
    healthy.faults.add({}, { kind: "reset", taken: true }, 1);
    const taken = await sendText(key, "Taken", "+15551235101", { from_number: numbers.healthy });
    healthy.faults.add({}, { kind: "reset", taken: false }, 1);
    await eventually(async () => acceptedBy(healthy).length === 1);
    const absent = await sendText(key, "Not taken", "+15551235102", { from_number: numbers.healthy });
    await eventually(async () => (await env.POOLS.getByName(key.id).stats())?.unknownMessages === 2);
    await pass(6_000);
    await eventually(async () => (await readMessage(key, taken, "+15551235101")).outcome_unknown === false);
    for (let elapsed = 0; elapsed < reconcileMs.grace; elapsed += minute) await pass(minute - 1_000);
    await outside.calm();
    expect(await readMessage(key, absent, "+15551235102")).toMatchObject({ status: "queued", outcome_unknown: true });
    for (let looks = 0; looks < 3; looks += 1) {
      await pass(reconcileMs.secondLook + 1_000);
      await outside.calm();
    }
    expect(await readMessage(key, absent, "+15551235102")).toMatchObject({ error_code: "outcome_unknown" });
  });
});
