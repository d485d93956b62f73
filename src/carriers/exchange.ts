import { declaredLength, readPieces } from "../domain/pieces.ts";

/** The one way out: what `fetch` is to this room. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An HTTP answer; `text` is null when the body did not arrive whole within the limits. */
export type Answer = { status: number; headers: Headers; text: string | null };
export type Exchanged = { ok: true; answer: Answer } | { ok: false; cause: string };
export type Limits = { timeoutMs: number; maxBytes: number };

const late = Symbol("late");
type Deadline = Promise<typeof late>;

/** Sends one request, follows no redirect, and returns its answer; `timeoutMs` covers headers and body. Never throws. */
export async function exchange(fetch: Fetch, url: string, init: RequestInit, limits: Limits): Promise<Exchanged> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline: Deadline = new Promise((resolve) => {
    timer = setTimeout(() => {
      resolve(late);
      controller.abort();
    }, limits.timeoutMs);
  });
  try {
    const sent = fetch(url, { ...init, redirect: "manual", signal: controller.signal });
    const response = await Promise.race([sent, deadline]);
    if (response === late) return { ok: false, cause: `no answer within ${limits.timeoutMs / 1000} s` };
    const text = await readBody(response, limits.maxBytes, deadline);
    return { ok: true, answer: { status: response.status, headers: response.headers, text } };
  } catch (error) {
    return { ok: false, cause: `the connection failed${nameCause(error)}` };
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}

async function readBody(response: Response, maxBytes: number, deadline: Deadline): Promise<string | null> {
  if (response.body === null) return "";
  const reader = readPieces(response.body, declaredLength(response.headers));
  const decoder = new TextDecoder();
  let text = "";
  let left = maxBytes;
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), deadline]);
      if (next === late) break;
      left -= next.value?.byteLength ?? 0;
      if (left < 0) break;
      text += decoder.decode(next.value, { stream: !next.done });
      if (next.done) return text;
    }
  } catch {
    return null;
  }
  reader.cancel().catch(() => {});
  return null;
}

/** Only a system error's own code is repeated: messages may quote what was sent. */
function nameCause(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : "";
}
