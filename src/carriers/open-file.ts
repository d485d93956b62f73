import { findHostFault } from "../domain/public-host.ts";
import type { CarrierResult } from "./carrier.ts";

const redirectsAtMost = 3;
const patienceMs = 30_000;

/**
 * Returns what opens a file that is to be sent: a public https address alone, also behind each redirect, so that nobody reads a private network through it. `allowLocal`
 * is for development. The body is the caller's to read or cancel.
 */
export function fileOpener(
  ask: (url: string, init: RequestInit) => Promise<Response>,
  allowLocal: boolean,
): (url: string) => Promise<CarrierResult<Response>> {
  return async (url) => {
    let next = url;
    for (let redirects = 0; redirects <= redirectsAtMost; redirects += 1) {
      const step = await followOnce(ask, next, allowLocal);
      if (!("next" in step)) return step;
      next = step.next;
    }
    return refuse("The attachment's URL leads on too often.");
  };
}

type Ask = (url: string, init: RequestInit) => Promise<Response>;

async function followOnce(
  ask: Ask,
  url: string,
  allowLocal: boolean,
): Promise<CarrierResult<Response> | { next: string }> {
  const parsed = URL.parse(url);
  if (parsed === null) return refuse("The attachment's URL is not valid.");
  const fault = findFault(parsed, allowLocal);
  if (fault !== null) return refuse(fault);
  const response = await open(ask, parsed.href);
  if (typeof response === "string") return refuse(response);
  const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
  if (location === null) return { ok: true, value: response };
  await response.body?.cancel();
  return { next: URL.parse(location, parsed.href)?.href ?? "" };
}

function findFault(url: URL, allowLocal: boolean): string | null {
  if (url.protocol !== "https:" && !(allowLocal && url.protocol === "http:")) {
    return "The attachment's URL must begin with https://.";
  }
  return findHostFault("The attachment's URL", url.hostname, allowLocal);
}

async function open(
  ask: (url: string, init: RequestInit) => Promise<Response>,
  url: string,
): Promise<Response | string> {
  try {
    return await ask(url, { redirect: "manual", signal: AbortSignal.timeout(patienceMs) });
  } catch {
    return "The attachment's host did not answer.";
  }
}

function refuse(message: string): CarrierResult<never> {
  return { ok: false, refusal: { status: null, code: "attachment_unreachable", message } };
}
