import { resolve4, resolve6, resolveCname } from "node:dns/promises";
import { DeployError } from "./failure.mjs";

/**
 * Refuses a name that leads elsewhere already: without a terminal wrangler puts the Worker in the place of whatever record stands there, a website's too.
 * One where a gateway of ours answers may be said again.
 */
export async function refuseTaken(domain, look = lookUp) {
  if (!(await look(domain)) || (await isOurs(domain))) return;
  throw new DeployError(
    "Domain",
    `${domain} leads somewhere already, and not to this gateway: its record would be replaced.`,
    "Choose a name that is free, or delete its record in Cloudflare's dashboard first.",
  );
}

async function lookUp(domain) {
  const found = await Promise.allSettled([resolve4(domain), resolve6(domain), resolveCname(domain)]);
  return found.some(({ status, value }) => status === "fulfilled" && value.length > 0);
}

async function isOurs(domain) {
  try {
    const answer = await fetch(`https://${domain}/healthz`, {
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
    });
    const { status, version } = await answer.json();
    return status === "ok" && typeof version === "string";
  } catch {
    return false;
  }
}
