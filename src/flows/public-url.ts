import { addressMissing, isLoopback } from "../domain/public-address.ts";
import type { Deps } from "./deps.ts";

/** One thing that was looked at: whether it is in order, and in words for a person what is so or how to fix it. */
export type Finding = { ok: boolean; detail: string };

const patienceMs = 3_000;

/** Returns what can be said of the public URL by its looks alone; a loopback address is in order for a trial, though Twilio cannot reach it. */
export function judgePublicUrl(publicUrl: string): Finding {
  const url = URL.parse(publicUrl);
  if (url === null) return { ok: false, detail: "PUBLIC_URL is not a URL: write for example https://sms.example.com." };
  if (url.search !== "" || url.hash !== "") {
    return { ok: false, detail: "PUBLIC_URL ends with a query or a fragment: leave it out." };
  }
  if (isLoopback(url)) return { ok: true, detail: `${publicUrl} is this machine only: Twilio cannot reach it.` };
  if (url.protocol !== "https:") {
    return { ok: false, detail: `${publicUrl} is not https: Twilio's webhooks must reach the gateway by https.` };
  }
  if (hasUnderscore(url)) return { ok: false, detail: sayUnderscore(publicUrl) };
  if (publicUrl.endsWith("/")) return { ok: false, detail: "PUBLIC_URL ends with a slash: leave it out." };
  if (url.pathname !== "/") {
    const detail = `PUBLIC_URL has the path ${url.pathname}: that works only where a proxy before the Worker takes it off.`;
    return { ok: true, detail };
  }
  return { ok: true, detail: `${publicUrl} looks as it should.` };
}

/** Returns why Twilio cannot call us at the public URL, or null where nothing speaks against it. */
export function whyTwilioCannotReach(publicUrl: string | null): string | null {
  if (publicUrl === null) return addressMissing;
  const url = URL.parse(publicUrl);
  const reachable = url !== null && url.protocol === "https:" && !isLoopback(url);
  if (reachable && hasUnderscore(url)) return sayUnderscore(publicUrl);
  return reachable
    ? null
    : `Twilio cannot reach ${publicUrl}: set PUBLIC_URL to the public https address of the Worker.`;
}

/** Asks our own health page through the public URL: says whether the gateway answers there, or what does instead. */
export async function checkPublicUrl(deps: Pick<Deps, "addresses" | "fetch">): Promise<Finding> {
  const { current: publicUrl } = await deps.addresses.read();
  if (publicUrl === null) return { ok: false, detail: addressMissing };
  const judged = judgePublicUrl(publicUrl);
  if (!judged.ok) return judged;
  const amiss = await knock(deps, publicUrl);
  return amiss === null
    ? { ok: true, detail: `${judged.detail} The gateway answers there.` }
    : { ok: false, detail: `${publicUrl}/healthz ${amiss}` };
}

async function knock(deps: Pick<Deps, "fetch">, publicUrl: string): Promise<string | null> {
  try {
    const request = new Request(`${publicUrl}/healthz`, {
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
    });
    const answer = await deps.fetch(request);
    if (answer.status >= 300 && answer.status < 400) {
      return `redirects to ${answer.headers.get("Location")}: set PUBLIC_URL to where it ends.`;
    }
    if (answer.status !== 200) return `answers ${answer.status}: another service stands there, or a path is wrong.`;
    const body: unknown = await answer.json().catch(() => null);
    return isOurHealth(body) ? null : "is answered by something else than this gateway.";
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    return late ? `does not answer within ${patienceMs / 1000} s.` : "cannot be reached: check its name and its port.";
  }
}

function isOurHealth(body: unknown): boolean {
  return typeof body === "object" && body !== null && "status" in body && body.status === "ok" && "version" in body;
}

function hasUnderscore(url: URL): boolean {
  return url.hostname.includes("_");
}

function sayUnderscore(publicUrl: string): string {
  return `${publicUrl} has an underscore in its host: Twilio refuses such a callback URL (error 21609). Give the Worker another name.`;
}
