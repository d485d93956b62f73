import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { getExampleNumber } from "libphonenumber-js";
import examples from "libphonenumber-js/examples.mobile.json" with { type: "json" };
import { beforeAll, describe, expect, it } from "vitest";
import { countriesWithoutReports } from "../../../src/domain/delivery-report.ts";
import { admin, call, eventually, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

type Country = Parameters<typeof getExampleNumber>[0];
// The list's keys are ISO codes, each proved to be one where the list is tested.
const countries = Object.keys(countriesWithoutReports) as Country[];
const numberOf = (country: Country) => getExampleNumber(country, examples)?.number ?? "";
const chatOf = (to: string) => `/v2/api/chats/${encodeURIComponent(to)}/messages`;

let key: TestKey;
const sent = new Map<string, string>();

async function send(to: string): Promise<string> {
  const answer = await call(chatOf(to), { body: { text: "Hello" }, token: key.token });
  expect(answer.status, to).toBe(202);
  return String(answer.body.message_id);
}

async function read(to: string, id = sent.get(to)) {
  return (await call(`${chatOf(to)}/${id}`, { token: key.token })).body;
}

/** Says whether the sandbox account has nothing more to do for any message. */
async function isAtRest(): Promise<boolean> {
  const { body } = await admin(`/integrations/twilio/${key.integrationId}`);
  const sandbox = env.SANDBOX.getByName(String(body.account_sid));
  return runInDurableObject(
    sandbox,
    (_, { storage }) => storage.sql.exec("SELECT 1 FROM steps LIMIT 1").toArray().length === 0,
  );
}

beforeAll(async () => {
  key = await makeTestKey();
  for (const to of countries.map(numberOf)) sent.set(to, await send(to));
  await eventually(async () => {
    const statuses = await Promise.all([...sent.keys()].map(async (to) => (await read(to)).status));
    return statuses.every((status) => status !== "queued");
  });
  await eventually(isAtRest);
});

describe("to a country whose operators send no delivery reports the sandbox sends, and reports no delivery", () => {
  it.each(countries.map((country) => [countriesWithoutReports[country], numberOf(country)]))("%s", async (_, to) => {
    expect(await read(to)).toMatchObject({ status: "sent", delivery_report: "not_expected", time_delivered: null });
  });

  it("but elsewhere, and on WhatsApp there too, it reports the delivery", async () => {
    const to = "+33612345678";
    const id = await send(to);
    await eventually(async () => (await read(to, id)).status === "delivered");
    expect(await read(to, id)).toMatchObject({ delivery_report: "expected" });
    await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: "whatsapp:+15005550020" } });
    await admin("/numbers/whatsapp%3A%2B15005550020", { method: "PATCH", body: { api_key_id: key.id } });
    const german = `whatsapp:${numberOf("DE")}`;
    const message = { from: german, to: "whatsapp:+15005550020", text: "Hallo" };
    await eventually(async () => (await admin("/sandbox/inbound", { body: message })).status < 300);
    const answer = await eventually(async () => {
      const tried = await call(chatOf(german), { body: { text: "Hallo!" }, token: key.token });
      return tried.status === 202 ? tried : null;
    });
    await eventually(async () => (await read(german, String(answer.body.message_id))).status === "delivered");
  });
});
