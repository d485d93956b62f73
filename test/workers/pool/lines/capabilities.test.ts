import { expect, it, vi } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { addLine, makeLineKey, ringIn, v2 } from "../../../support/workers/mac.ts";
import { newPerson } from "../../../support/workers/pool.ts";

const stage = stageLine();
const hour = 3_600_000;

const ask = (contact: string, key: { token: string } = stage.key) =>
  v2(key, `/contacts/${encodeURIComponent(contact)}/capabilities`);
const lookUps = () => stage.asked(/availability\/imessage/).length;

it("whether a contact is on iMessage is asked of the Mac once a day", async () => {
  const person = newPerson();
  const first = await ask(person);
  expect(first).toMatchObject({
    status: 200,
    body: { contact: person, type: "phone", capabilities: { imessage: true } },
  });
  vi.setSystemTime(Date.now() + 23 * hour);
  expect((await ask(person)).body.last_checked).toBe(first.body.last_checked);
  expect(lookUps()).toBe(1);
  stage.mac.notOnIMessage.add(person);
  vi.setSystemTime(Date.now() + 2 * hour);
  expect((await ask(person)).body.capabilities).toMatchObject({ imessage: false });
  expect(lookUps()).toBe(2);
});

it("where the Mac does not answer it is no guess: who wrote by iMessage last is on it, of anybody else nothing is said", async () => {
  const person = newPerson();
  stage.mac.receive({ from: person, text: "Hi" });
  await eventually(async () => stage.told("message.received").length === 1);
  stage.mac.tunnel = { status: 530, body: "error code: 1033" };
  expect((await ask(person)).body.capabilities).toMatchObject({ imessage: true });
  expect(await ask(newPerson())).toMatchObject({ status: 503, body: { code: "line_offline" } });
});

it("of several Macs one that answers is asked about somebody who is new", async () => {
  const other = stage.world.open();
  const { body } = await admin("/integrations/bluebubbles", {
    body: { organization_id: stage.key.organizationId, url: other.url, password: other.options.password },
  });
  await addLine({ id: stage.key.id, integrationId: String(body.integration_id) }, other.line);
  stage.mac.tunnel = { status: 530, body: "error code: 1033" };
  for (let turn = 0; turn < 3; turn += 1) await ringIn(stage.key, 61_000);
  expect((await ask(newPerson())).body.capabilities).toMatchObject({ imessage: true });
});

it("a Mac that cannot ask Apple says so, and nothing is made up", async () => {
  const bare = stage.world.open({ privateApi: false });
  const key = await makeLineKey(bare);
  expect(await ask(newPerson(), key)).toMatchObject({ status: 400, body: { code: "not_supported_on_line" } });
});

it("a list of contacts is not looked up at Apple in one go: the seventh within a minute waits", async () => {
  const people = Array.from({ length: 7 }, () => newPerson());
  const answers = [];
  for (const person of people) answers.push(await ask(person));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429]);
  expect(Number(answers[6]?.headers.get("Retry-After"))).toBeGreaterThan(50);
  vi.setSystemTime(Date.now() + 61_000);
  expect((await ask(String(people[6]))).status).toBe(200);
});

it("SMS is a capability where the Mac forwards it", async () => {
  const mac = stage.world.open({ smsForwarding: true });
  const key = await makeLineKey(mac);
  expect((await ask(newPerson(), key)).body.capabilities).toMatchObject({ sms: true });
  expect((await ask("ann@example.com", key)).body.capabilities).toMatchObject({ sms: false });
});
