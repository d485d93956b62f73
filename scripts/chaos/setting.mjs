import { setTimeout as pause } from "node:timers/promises";
import { clientOf } from "../../test/support/node/client.ts";
import { numbers } from "./world.mjs";

/** The keys of a run: which numbers they get, and whether they send again what was not taken. The late one gets its numbers in the middle of the storm, when people have written to them. */
export const keyPlans = [
  { name: "waiting", numbers: numbers.slice(0, 3), resends: false },
  { name: "resending", numbers: numbers.slice(3, 5), resends: true },
  { name: "late", numbers: numbers.slice(5), resends: false, isLate: true },
];

/** Connects the account and imports the numbers; with `cutAfterMs` the gateway is killed so long after the import was asked for, and it is asked for again, as a person would. */
export async function connect(world, cutAfterMs = null) {
  const { twilio } = world;
  const login = { account_sid: twilio.accountSid, auth_token: twilio.authToken };
  const { body } = await insist(() => world.admin("POST", "/integrations/twilio", login), [200, 201]);
  const path = `/integrations/twilio/${body.integration_id}/import`;
  await throughKill(world, () => world.admin("POST", path, { phone_numbers: numbers }), [200, 201], cutAfterMs);
}

/** Makes a key with so many webhooks, each of which gets every event. */
export async function makeKey(world, plan, count = 1) {
  const made = await insist(() => world.admin("POST", "/api-keys", { name: plan.name }), [200, 201]);
  const path = `/api-keys/${made.body.api_key_id}`;
  const selection = { strategy: "round_robin", sticky: true, sticky_days: null };
  await insist(() => world.admin("PATCH", path, { resend_unknown: plan.resends, selection }), [200]);
  const [id, token] = [String(made.body.api_key_id), String(made.body.key)];
  const key = { ...plan, id, token, client: clientOf(world, token), hooks: [] };
  for (let number = 0; number < count; number += 1) {
    const way = number === 0 ? `/${plan.name}` : `/${plan.name}/${number}`;
    const hook = { webhook_url: `${world.sink.url}${way}`, events: plan.events ?? ["*"] };
    const added = await insist(() => key.client("POST", "/webhooks", hook), [200, 201]);
    key.hooks.push({ path: way, secret: String(added.body.signing_secret) });
  }
  return key;
}

/** Gives a key its numbers, through a kill where `cutAfterMs` says so. */
export async function assign(world, key, cutAfterMs = null) {
  for (const number of key.numbers) {
    const path = `/numbers/${encodeURIComponent(number)}`;
    await throughKill(world, () => world.admin("PATCH", path, { api_key_id: key.id }), [200], cutAfterMs);
  }
}

async function throughKill(world, ask, statuses, cutAfterMs) {
  if (cutAfterMs !== null) {
    const asked = ask().catch(() => null);
    await pause(cutAfterMs);
    await world.kill();
    await asked;
  }
  await insist(ask, statuses);
}

/** Asks until one of these statuses is the answer: while the gateway is down nobody answers, or 5xx. */
export async function insist(ask, statuses, patienceMs = 300_000) {
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null && statuses.includes(answer.status)) return answer;
    const isFinal = answer !== null && answer.status < 500 && answer.status !== 409;
    if (isFinal || Date.now() > until) throw new Error(`Answered ${answer?.status}: ${JSON.stringify(answer?.body)}`);
    await pause(100);
  }
}
