import {
  countSealed,
  countTokens,
  listSealedBy,
  noteNewest,
  noteOnlyKey,
  readNewestSince,
  replaceSealed,
  type SealedValue,
  sampleSealed,
} from "../directory/sealed.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import { open, sealedBy } from "../sealing/envelope.ts";
import type { Deps } from "./deps.ts";
import { publishKeys, publishOrganization } from "./publish.ts";
import { openSecret, sealSecret } from "./secrets.ts";

/** So many secrets are sealed anew in one call (an invocation has 50 queries on the free plan, and a batch is one). */
const atOnce = 25;
/** So many secrets of each master key are opened, to see that it is the one that sealed them. */
const triedOfEach = 10;
/** A status comes four days after its message at the latest, to a URL whose reference the newest key of then made. */
const callbacksMs = 5 * 24 * 60 * 60 * 1000;

/** What still needs a master key: secrets that it sealed, tokens of API keys whose checksum it made, and until when callbacks under way do (epoch milliseconds, null: none do). `inRing` is false for one that MASTER_KEYS lacks; `opens` also for one in whose place another key of the same name stands. */
export type KeyNeed = {
  id: string;
  inRing: boolean;
  opens: boolean;
  isNewest: boolean;
  secrets: number;
  tokens: number;
  callbacksUntil: number | null;
};

/** Returns what needs each master key, those of the ring in its order, then those that are missing. Tokens of which it was never noted count for every key but the newest. */
export async function listKeyNeeds(deps: Deps): Promise<KeyNeed[]> {
  const { keyRing } = deps;
  const now = deps.now();
  const newest = keyRing.current.id;
  const [sealed, wrong, tokens, since] = await Promise.all([
    countSealed(deps.db),
    listWrongKeys(deps),
    countTokens(deps.db, now),
    readNewestSince(deps.db, newest),
  ]);
  const ring = keyRing.all.map(({ id }) => id);
  const noted = [...sealed.keys(), ...tokens.keys()].filter((id) => id !== null);
  const isAlone = ring.length === 1;
  const until = since === null ? now + callbacksMs : since + callbacksMs;
  return [...new Set([...ring, ...noted])].map((id) => {
    const inRing = ring.includes(id);
    const isNewest = id === newest;
    const unnoted = inRing && (isAlone || !isNewest) ? (tokens.get(null) ?? 0) : 0;
    return {
      id,
      inRing,
      opens: inRing && !wrong.has(id),
      isNewest,
      secrets: sealed.get(id) ?? 0,
      tokens: (tokens.get(id) ?? 0) + unnoted,
      callbacksUntil: inRing && !isNewest && until > now ? until : null,
    };
  });
}

/** Returns the names under which something was sealed that does not open: names alone do not tell two keys apart. */
async function listWrongKeys({ db, keyRing }: Deps): Promise<Set<string>> {
  const tried = (await sampleSealed(db, triedOfEach)).map(async ({ table, row, column, sealed }) => {
    const opened = await open(keyRing, sealed, { table, row, column });
    return opened.ok ? [] : [sealedBy(sealed) ?? ""];
  });
  return new Set((await Promise.all(tried)).flat());
}

export type Resealed = { resealed: number; left: number; lost: number };

/** Seals one page of what older keys sealed under the newest, and publishes it. `left` is what is to be done yet, `lost` what no key here opens. */
export async function resealPage(deps: Deps): Promise<Result<Resealed>> {
  await noteKeys(deps);
  const newest = deps.keyRing.current.id;
  const wrong = await listWrongKeys(deps);
  const older = deps.keyRing.all.map(({ id }) => id).filter((id) => id !== newest && !wrong.has(id));
  const page = await listSealedBy(deps.db, older, atOnce);
  const replaced = await Promise.all(page.map(async (was) => ({ was, sealed: await sealAnew(deps, was) })));
  await replaceSealed(deps.db, replaced);
  const published = await tell(deps, page);
  if (!published.ok) return published;
  const needs = await listKeyNeeds(deps);
  const sum = (those: KeyNeed[]) => those.reduce((total, { secrets }) => total + secrets, 0);
  return ok({
    resealed: page.length,
    left: sum(needs.filter(({ opens, isNewest }) => opens && !isNewest)),
    lost: sum(needs.filter(({ opens }) => !opens)),
  });
}

async function sealAnew(deps: Deps, { table, row, column, sealed }: SealedValue): Promise<string> {
  return sealSecret(deps, table, row, column, await openSecret(deps, table, row, column, sealed));
}

async function tell(deps: Deps, page: readonly SealedValue[]): Promise<Result<null>> {
  const ofAll = new Set(page.flatMap(({ apiKeyId, organizationId }) => (apiKeyId === null ? [organizationId] : [])));
  const ofKeys = new Set(page.flatMap(({ apiKeyId }) => apiKeyId ?? []));
  for (const id of ofAll) {
    const published = await publishOrganization(deps, id);
    if (!published.ok) return published;
  }
  return publishKeys(deps, [...ofKeys]);
}

/** Says whether a master key may be taken out of MASTER_KEYS: `master_key_in_use` with what still needs it, `not_found` for one that is not there. */
export async function judgeRetirement(deps: Deps, id: string): Promise<Result<null>> {
  const need = (await listKeyNeeds(deps)).find((one) => one.id === id);
  if (need === undefined || (!need.inRing && need.secrets + need.tokens === 0)) {
    return fail("not_found", `MASTER_KEYS has no key ${id}, and nothing needs it.`);
  }
  if (need.isNewest)
    return fail(
      "master_key_in_use",
      `The master key ${id} is the newest: put another before it first.`,
      contextOf(need),
    );
  const reasons = [
    ...(need.secrets > 0 ? [`${need.secrets} secrets (run npm run reseal)`] : []),
    ...(need.tokens > 0 ? [`${need.tokens} tokens of API keys (rotate those keys)`] : []),
    ...(need.callbacksUntil === null
      ? []
      : [`callbacks under way until ${new Date(need.callbacksUntil).toISOString()}`]),
  ];
  if (reasons.length === 0) return ok(null);
  return fail("master_key_in_use", `The master key ${id} is still needed: by ${reasons.join(", ")}.`, contextOf(need));
}

function contextOf({ secrets, tokens, callbacksUntil }: KeyNeed) {
  return { secrets, tokens, callbacks_until: callbacksUntil };
}

/** Notes which master key is the newest, and whose the tokens are while there is but one. */
export async function noteKeys({ db, keyRing, now }: Deps): Promise<void> {
  await noteNewest(db, keyRing.current.id, now());
  if (keyRing.all.length === 1) await noteOnlyKey(db, keyRing.current.id);
}
