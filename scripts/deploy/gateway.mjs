import { setTimeout as pause } from "node:timers/promises";
import { DeployError } from "./failure.mjs";

/** A new name under workers.dev, or a certificate for a domain, can take minutes. */
const patienceMs = 5 * 60_000;

/** Waits until the gateway answers at its address with this version; `onWait` is called once where that takes longer than a moment. */
export async function waitForHealth(url, version, onWait) {
  const deadline = Date.now() + patienceMs;
  let said = "";
  for (let tries = 0; Date.now() < deadline; tries += 1) {
    said = await askHealth(url, version);
    if (said === "ok") return;
    if (tries === 3) onWait();
    await pause(tries < 10 ? 1_000 : 5_000);
  }
  throw new DeployError(
    "Health",
    `${url}/healthz ${said} after ${patienceMs / 60_000} minutes.`,
    "The code is there; its name or its certificate may need longer. Run npm run deploy again later, and look into npx wrangler tail.",
  );
}

async function askHealth(url, version) {
  try {
    const answer = await fetch(`${url}/healthz`, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
    if (answer.status !== 200) return `answers ${answer.status}`;
    const body = await answer.json();
    return body.version === version ? "ok" : `still answers with version ${body.version}`;
  } catch {
    return "does not answer";
  }
}

/** Returns how the gateway is called by its admin; a refusal rejects with the step's name and the gateway's own words. */
export function adminOf(url, token) {
  return async (step, method, path, body) => {
    const answer = await fetch(`${url}/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const said = await answer.json().catch(() => ({}));
    // What is saved and not yet in force everywhere repeats itself.
    if (answer.ok || said.code === "publish_failed") return said;
    throw new DeployError(
      step,
      `${method} /admin/api${path} answered ${answer.status}: ${said.message ?? "no words"}`,
      answer.status === 401
        ? "The admin token that this machine knows is not the Worker's: set ADMIN_TOKEN to that, or give the Worker this one (npx wrangler secret put ADMIN_TOKEN)."
        : "The code is there. Mend what it says, and run npm run deploy again.",
    );
  };
}

/**
 * Sets the public URL where the gateway knows none, or where another was asked for by name; one that a person has chosen stays. Returns the address in force
 * and how many numbers at Twilio lead to a former one.
 */
export async function settleAddress(call, url, wasAsked) {
  const before = await call("Public URL", "GET", "/public-url");
  const isWanted = before.source !== "setting" && (before.url === null || (wasAsked && before.url !== url));
  if (isWanted) await call("Public URL", "PUT", "/public-url", { url });
  const after = isWanted ? await call("Public URL", "GET", "/public-url") : before;
  return { url: after.url, set: isWanted, numbersBehind: after.numbers_behind };
}

/** Returns what the gateway itself finds amiss, each with how to mend it. */
export async function findAmiss(call) {
  const { checks } = await call("Status", "GET", "/status");
  return checks.filter(({ ok }) => !ok).map(({ name, detail, help }) => `${name}: ${detail}${help ? ` ${help}` : ""}`);
}
