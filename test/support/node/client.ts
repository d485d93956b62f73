import type { FakeTwilio } from "./fake-twilio.ts";
import type { Gateway } from "./start-gateway.ts";

export type Answer = { status: number; body: Record<string, unknown>; headers: Headers };

/** Calls the gateway with a token and returns what it answered, parsed. */
export async function call(
  gateway: Pick<Gateway, "url">,
  token: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
}

/** Returns a caller of the admin API. */
export function adminOf(gateway: Gateway) {
  return (method: string, path: string, body?: unknown) =>
    call(gateway, gateway.adminToken, method, `/admin/api${path}`, body);
}

/** Returns a caller of the v2 API with one key. */
export function clientOf(gateway: Pick<Gateway, "url">, key: string) {
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(gateway, key, method, `/v2/api${path}`, body, headers);
}

/** Returns a caller that sends texts with one key. */
export function senderOf(gateway: Pick<Gateway, "url">, key: string) {
  const client = clientOf(gateway, key);
  return (to: string, body: Record<string, unknown>, headers: Record<string, string> = {}) =>
    client("POST", `/chats/${encodeURIComponent(to)}/messages`, body, headers);
}

export type LivePool = { key: string; keyId: string; integrationId: string };

/** Connects the stand-in's account, imports its numbers and assigns them, in their order, to a new live key. */
export async function makeLivePool(gateway: Gateway, twilio: FakeTwilio): Promise<LivePool> {
  const admin = adminOf(gateway);
  const account = await admin("POST", "/integrations/twilio", {
    account_sid: twilio.accountSid,
    auth_token: twilio.authToken,
  });
  const integrationId = String(account.body.integration_id);
  const numbers = twilio.numbers.map(({ phoneNumber }) => phoneNumber);
  await admin("POST", `/integrations/twilio/${integrationId}/import`, { phone_numbers: numbers });
  const made = await admin("POST", "/api-keys", { name: "Live key" });
  for (const number of numbers) {
    const assigned = await admin("PATCH", `/numbers/${encodeURIComponent(number)}`, {
      api_key_id: made.body.api_key_id,
    });
    if (assigned.status !== 200) throw new Error(`${number} was not assigned: ${JSON.stringify(assigned.body)}`);
  }
  return { key: String(made.body.key), keyId: String(made.body.api_key_id), integrationId };
}

/** Asks again and again until the answer is there; fails loudly after `timeoutMs`. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>, timeoutMs = 20_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`It did not come about within ${timeoutMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
