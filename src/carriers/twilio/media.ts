import type { CarrierResult, FileReference } from "../carrier.ts";
import type { Login } from "./account.ts";
import { accountPath, type Wire } from "./call.ts";
import { authorize } from "./credentials.ts";
import { chooseApiUrl } from "./host.ts";

const hopsAtMost = 3;

/**
 * Opens one file of a message. Twilio answers with a redirect to its file host: it is followed by hand and without the credentials, which go to the API
 * host alone. Source: twilio.com/docs/messaging/api/media-resource.
 */
export async function openMedia(wire: Wire, login: Login, media: FileReference): Promise<CarrierResult<Response>> {
  const base = chooseApiUrl(wire.apiUrl, login.region, login.edge);
  const authorization = authorize(login);
  if (base === null || authorization === null) return refuse(401, "The account holds no credentials.");
  let url = new URL(`${base}${accountPath(login)}/Messages/${media.message}/Media/${media.file}`);
  let headers: Record<string, string> = { authorization };
  for (let hop = 0; hop <= hopsAtMost; hop += 1) {
    const answer = await get(wire, url, headers);
    if (answer === null) return refuse(null, "The file could not be reached.");
    if (answer.status === 200) return { ok: true, value: answer };
    await answer.body?.cancel();
    const next = answer.status >= 300 && answer.status < 400 ? readLocation(answer, url) : null;
    if (next === null) return refuse(answer.status, `The file's host answered HTTP ${answer.status}.`);
    url = next;
    headers = {};
  }
  return refuse(null, "The file's host redirects in circles.");
}

/** The deadline is for the answer's head: the body streams for as long as the reader takes. */
async function get(wire: Wire, url: URL, headers: Record<string, string>): Promise<Response | null> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), wire.timeoutMs);
  try {
    return await wire.fetch(url.href, { method: "GET", headers, redirect: "manual", signal: controller.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** A secure host redirects to secure named hosts only. */
function readLocation(answer: Response, from: URL): URL | null {
  const next = URL.parse(answer.headers.get("location") ?? "", from.href);
  if (next === null || (next.protocol !== "https:" && next.protocol !== "http:")) return null;
  if (from.protocol === "http:") return next;
  return next.protocol === "https:" && /\.[a-z]{2,}$/i.test(next.hostname) ? next : null;
}

function refuse(status: number | null, message: string): CarrierResult<never> {
  return { ok: false, refusal: { status, code: null, message } };
}
