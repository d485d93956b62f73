import * as z from "zod";
import type { CarrierResult } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import { call, readAnswer, type Wire } from "./call.ts";

const hook = z.object({ id: z.number().int(), url: z.string(), events: z.unknown().optional() });
const hooks = z.array(hook);
type Hook = z.infer<typeof hook>;
type Changed = CarrierResult<{ changed: boolean }>;

/**
 * Sees to it that the server rings at `url` for everything, once, and at no former address of ours. It returns a known URL with its old events, so a wrong one is taken
 * down and made anew; `*` is the one way to hear of a removed alias. Source: the server's webhook router, 1.9.9.
 */
export async function hangBell(
  wire: Wire,
  login: MacLogin,
  url: string,
  isOurs: (url: string) => boolean,
): Promise<Changed> {
  const listed = await listHooks(wire, login);
  if (!listed.ok) return listed;
  const [kept] = listed.value.filter((one) => one.url === url && ringsForAll(one));
  const wrong = listed.value.filter((one) => one !== kept && (one.url === url || isOurs(one.url)));
  const removed = await removeHooks(wire, login, wrong);
  if (!removed.ok || kept !== undefined) return removed;
  const body = { url, events: ["*"] };
  const made = readAnswer(await call(wire, login, { method: "POST", path: "webhook", body }), hook);
  return made.ok ? { ok: true, value: { changed: true } } : made;
}

/** Takes down every bell of ours. */
export async function takeBell(wire: Wire, login: MacLogin, isOurs: (url: string) => boolean): Promise<Changed> {
  const listed = await listHooks(wire, login);
  if (!listed.ok) return listed;
  return removeHooks(
    wire,
    login,
    listed.value.filter(({ url }) => isOurs(url)),
  );
}

async function listHooks(wire: Wire, login: MacLogin): Promise<CarrierResult<Hook[]>> {
  return readAnswer(await call(wire, login, { path: "webhook" }), hooks);
}

async function removeHooks(wire: Wire, login: MacLogin, wrong: Hook[]): Promise<Changed> {
  for (const { id } of wrong) {
    const called = await call(wire, login, { method: "DELETE", path: `webhook/${id}` });
    if (called.kind === "answer" && called.status === 404) continue;
    const read = readAnswer(called, z.unknown());
    if (!read.ok) return read;
  }
  return { ok: true, value: { changed: wrong.length > 0 } };
}

function ringsForAll({ events }: Hook): boolean {
  const list = typeof events === "string" ? [events.replace(/["[\]]/g, "")] : events;
  return Array.isArray(list) && list.includes("*");
}
