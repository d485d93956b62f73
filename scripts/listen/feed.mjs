import { causeOf, watchFor } from "./causes.mjs";

export const PAGE = 200;

/** The gateway refuses, or is none: asking again changes nothing. */
export class FeedRefusal extends Error {}

/** The feed cannot be read now; it is worth asking again. */
export class FeedSilence extends Error {}

/** Reads one page of the events after a cursor; rejects with FeedRefusal or FeedSilence. `onHang` is called where the gateway keeps it waiting. */
export async function readPage({ url, key }, after, onHang) {
  const query = new URLSearchParams({ limit: String(PAGE), ...(after === null ? {} : { after }) });
  const asked = ask(`${url}/v2/api/events?${query}`, key);
  const { status, location, body } = await watchFor(asked, onHang);
  if (status === 200 && Array.isArray(body?.events)) return body;
  if (status === 408 || status === 429 || status >= 500) throw new FeedSilence(`it answers ${status}`);
  if (location) throw new FeedRefusal(`${url} leads to ${location}: give the address of the gateway itself as --url.`);
  if (body?.error !== "ApiError")
    throw new FeedRefusal(`What answers at ${url} is not a Trunkline gateway (${status}).`);
  throw new FeedRefusal(`The gateway refuses: ${status} ${body.message}`);
}

async function ask(address, key) {
  try {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(address, { headers, redirect: "manual", signal: AbortSignal.timeout(15_000) });
    const text = await answer.text();
    return { status: answer.status, location: answer.headers.get("location"), body: parse(text) };
  } catch (error) {
    throw new FeedSilence(causeOf(error));
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
