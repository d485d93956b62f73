import { setTimeout as pause } from "node:timers/promises";
import { insist } from "./setting.mjs";
import { person } from "./traffic.mjs";

const patienceMs = 300_000;
const lookEveryMs = 250;

/** Runs a campaign to so many people through whatever happens meanwhile. In the end each of them counts as one send that was accepted: whoever got none, or two, is found by the rules of sends. */
export async function campaign(world, key, count, log) {
  if (count === 0) return;
  const people = Array.from({ length: count }, (_, index) => person(8, index));
  const words = (to) => `Campaign ${key.name} to ${to} of ${world.seed}`;
  const asked = { name: "Chaos", text: words("{phone_again}") };
  const made = await insist(() => key.client("POST", "/campaigns", asked), [201]);
  const path = `/campaigns/${made.body.campaign_id}`;
  const rows = people.map((to) => `${to},${to}`);
  await insist(() => putCsv(world, key, `${path}/audience`, ["phone,phone_again", ...rows].join("\n")), [200]);
  await untilItIs(key, path, ({ audience }) => audience.state === "ready");
  const at = Date.now();
  // Whoever begins it twice is told that it runs.
  await untilItIs(key, path, async ({ state }) => {
    if (state === "draft") await key.client("POST", `${path}/start`);
    return state !== "draft";
  });
  await untilItIs(key, path, ({ state }) => state === "completed");
  const until = Date.now();
  for (const to of people) {
    const { body } = await insist(() => key.client("GET", `/chats/${encodeURIComponent(to)}/messages`), [200, 404]);
    const id = (body.messages ?? []).find(({ text }) => text === words(to))?.message_id ?? null;
    log.sends.push({ key: key.name, to, text: words(to), media: [], asks: [{ at, until, status: 202, id }] });
    if (id !== null) log.accepted.push({ key, to, id });
  }
}

async function putCsv({ url }, { token }, path, body) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "text/csv" };
  const answer = await fetch(`${url}/v2/api${path}`, { method: "PUT", headers, body });
  return { status: answer.status, body: await answer.json() };
}

/** Looks at the campaign until `isSo` says so, through kills. */
async function untilItIs(key, path, isSo) {
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(lookEveryMs)) {
    const { body } = await insist(() => key.client("GET", path), [200]);
    if (await Promise.resolve(isSo(body)).catch(() => false)) return;
  }
  throw new Error(`The campaign did not get on: ${JSON.stringify((await key.client("GET", path)).body)}`);
}
