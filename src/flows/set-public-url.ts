import { listOrganizations } from "../directory/organizations.ts";
import { countNumbersElsewhere, listNumbersElsewhere, savePublicUrl } from "../directory/public-urls.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { isLocal, readAddress } from "../domain/public-address.ts";
import type { Deps } from "./deps.ts";
import { judgePublicUrl } from "./public-url.ts";
import { publishOrganization } from "./publish.ts";

/** So many numbers are named; all are counted. */
const namedAtMost = 50;
/** So many organizations are published to at once, the others each in a turn of its own. */
const publishedAtOnce = 20;
const organizationsAtMost = 1_000;

export type PublicUrlState = {
  url: string | null;
  source: "setting" | "directory" | null;
  /** Whether another may be put in force by a call. */
  changeable: boolean;
  former: string[];
  numbersBehind: number;
  phoneNumbersBehind: string[];
};

/** Returns the address in force, who says so, those of before, and the numbers whose webhooks were last seen to lead to another. */
export async function describePublicUrl(deps: Deps): Promise<PublicUrlState> {
  const { current: url, former } = await deps.addresses.read(true);
  const { setting } = deps.addresses;
  const changeable = setting === null || isLocal(setting);
  if (url === null) return { url, source: null, changeable, former, numbersBehind: 0, phoneNumbersBehind: [] };
  const [numbersBehind, named] = await Promise.all([
    countNumbersElsewhere(deps.db, url),
    listNumbersElsewhere(deps.db, url, { after: "", limit: namedAtMost }),
  ]);
  const source = setting === url ? "setting" : "directory";
  return { url, source, changeable, former, numbersBehind, phoneNumbersBehind: named.map(({ address }) => address) };
}

/**
 * Puts another address in force and publishes it to every pool: `invalid_request` where it cannot be one, `forbidden` where the Worker's setting PUBLIC_URL says
 * another. What was in force before is still taken; the numbers at Twilio are left as they are.
 */
export async function setPublicUrl(deps: Deps, text: string): Promise<Result<PublicUrlState>> {
  const url = readAddress(text);
  if (url === null) return fail("invalid_request", "Write the address in full, for example https://sms.example.com.");
  const judged = judgePublicUrl(url);
  if (!judged.ok) return fail("invalid_request", judged.detail);
  const { setting } = deps.addresses;
  if (setting !== null && setting !== url && (isLocal(url) || !isLocal(setting))) {
    return fail(
      "forbidden",
      `The Worker's setting PUBLIC_URL (${setting}) wins over this call: change it there, or delete it (npx wrangler secret delete PUBLIC_URL).`,
    );
  }
  const published = await putInForce(deps, url);
  return published.ok ? ok(await describePublicUrl(deps)) : published;
}

/** Writes the setting PUBLIC_URL into the directory where it is not in force there: once public, an address is never forgotten. Run by the cron. */
export async function noteSetting(deps: Deps): Promise<void> {
  const { setting } = deps.addresses;
  // This machine alone is no address that anybody else was ever told.
  if (setting === null || isLocal(setting)) return;
  await putInForce(deps, setting);
}

async function putInForce(deps: Deps, url: string): Promise<Result<null>> {
  const before = await deps.addresses.readDirectory();
  if (before.current === url) return ok(null);
  await savePublicUrl(deps.db, url, deps.now(), before.current);
  await deps.addresses.read(true);
  deps.signers.clear();
  return publishEverywhere(deps);
}

async function publishEverywhere(deps: Deps): Promise<Result<null>> {
  const { organizations } = await listOrganizations(deps.db, { limit: organizationsAtMost, offset: 0 });
  let outcome: Result<null> = ok(null);
  for (const { id } of organizations.slice(0, publishedAtOnce)) {
    const published = await publishOrganization(deps, id);
    if (!published.ok) outcome = published;
  }
  const later = organizations.slice(publishedAtOnce);
  for (const { id } of later) await deps.send({ errand: "publish", organizationId: id });
  return later.length === 0 ? outcome : fail("publish_failed", undefined, { organizations_behind: later.length });
}
