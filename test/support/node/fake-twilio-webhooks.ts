import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** How a callback is signed: as Twilio does, with another key, or not at all. */
export type Signing = "valid" | "wrong" | "none";

/** One attempt at a callback, with what the receiver answered; status null when it could not be reached. */
export type Delivered = { status: number | null; contentType: string | null; body: string; attempts: number };

/** Returns Twilio's signature over a URL and a form: names sorted by bytes, equal names' values sorted and made unique, no separators. */
export function computeSignature(url: string, params: [string, string][], authToken: string): string {
  const byName = new Map<string, Set<string>>();
  for (const [name, value] of params) byName.set(name, (byName.get(name) ?? new Set()).add(value));
  const names = [...byName.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const joined = names
    .map((name) =>
      [...(byName.get(name) ?? [])]
        .sort()
        .map((value) => name + value)
        .join(""),
    )
    .join("");
  return createHmac("sha1", authToken)
    .update(url + joined, "utf8")
    .digest("base64");
}

/** Returns how often a webhook URL asks for repeats, and on what: its fragment's `rc` and `rp` (by default once, when no connection came about). */
export function readOverrides(url: string): { retries: number; on: string[] } {
  const fragment = new URLSearchParams(url.split("#")[1] ?? "");
  const policies = (fragment.get("rp") ?? "ct").split(",");
  return { retries: Number(fragment.get("rc") ?? "1"), on: policies };
}

/** Posts a signed form to a webhook URL without its fragment and repeats as the fragment allows, every attempt under one idempotency token. */
export async function postWebhook(
  target: string,
  params: [string, string][],
  authToken: string,
  signing: Signing,
): Promise<Delivered> {
  const url = target.split("#")[0] ?? target;
  const { retries, on } = readOverrides(target);
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
    "user-agent": "TwilioProxy/1.1",
    "i-twilio-idempotency-token": randomUUID(),
  };
  if (signing !== "none") {
    headers["x-twilio-signature"] = computeSignature(url, params, signing === "valid" ? authToken : `${authToken}x`);
  }
  const body = new URLSearchParams(params).toString();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await post(url, headers, body);
    const fault = nameFault(answer.status);
    const again = fault !== null && attempt <= retries && (on.includes(fault) || on.includes("all"));
    if (!again) return { ...answer, attempts: attempt };
    await sleep(50 * attempt);
  }
}

function nameFault(status: number | null): "ct" | "5xx" | "4xx" | null {
  if (status === null) return "ct";
  if (status >= 500) return "5xx";
  return status >= 400 ? "4xx" : null;
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<Omit<Delivered, "attempts">> {
  try {
    const signal = AbortSignal.timeout(15_000);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    const text = await response.text();
    return { status: response.status, contentType: response.headers.get("content-type"), body: text };
  } catch {
    return { status: null, contentType: null, body: "" };
  }
}
