import { findAccount, listDueAccounts, noteChecked, updateAccountAsSeen } from "../../directory/accounts.ts";
import { readAccount } from "../../directory/publish.ts";
import type { News } from "../../domain/calls/telling.ts";
import { loginMark } from "../../domain/snapshot.ts";
import type { Deps } from "../deps.ts";
import { carryOn } from "../messages/carry.ts";
import { giveSnapshot, publishOrganization } from "../publish.ts";
import { openLogin } from "../secrets.ts";
import { checkWebhooks } from "./drift.ts";
import { noteRefused } from "./refused-signatures.ts";

/** How often the cron looks: at an account that is refused, and at the webhooks of one that works. */
const lookAgainMs = { unhealthy: 5 * 60_000, connected: 60 * 60_000 };
const accountsPerRound = 10;

const kinds: unknown[] = [
  "account_refused",
  "signature_refused",
  "needs_snapshot",
  "to_carry",
] satisfies News["kind"][];

/** Returns what a queue message tells the directory's side, null for any other message. */
export function readNews(body: unknown): News | null {
  const isNews = typeof body === "object" && body !== null && "kind" in body && kinds.includes(body.kind);
  // Only pools of ours put messages on the queue.
  return isNews ? (body as News) : null;
}

/**
 * Heeds what pools tell: an account whose credentials are refused sends nothing more, which is published, a pool without a snapshot is given one, and what a
 * pool owes others is carried, each once; refused signatures are counted.
 */
export async function learnNews(deps: Deps, news: readonly News[]): Promise<void> {
  const refused = news.filter((one) => one.kind === "account_refused");
  const each = new Map(refused.map((one) => [`${one.accountId} ${one.login}`, one]));
  for (const one of each.values()) await learn(deps, one.accountId, () => markRefused(deps, one));
  for (const pool of poolsOf(news, "needs_snapshot")) await learn(deps, pool, () => giveSnapshot(deps, pool));
  for (const pool of poolsOf(news, "to_carry")) await learn(deps, pool, () => carryOn(deps, pool));
  for (const one of news) {
    if (one.kind === "signature_refused") await learn(deps, one.accountId, () => noteRefused(deps, one.accountId, one));
  }
}

function poolsOf(news: readonly News[], kind: "needs_snapshot" | "to_carry"): Set<string> {
  return new Set(news.flatMap((one) => (one.kind === kind ? [one.pool] : [])));
}

type Refused = Extract<News, { kind: "account_refused" }>;

async function learn(deps: Deps, about: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    deps.log({ level: "error", event: "news_lost", about, error: String(error) });
  }
}

/** A refusal is judged by the login that was used: the word of it may come once another one is stored. */
async function markRefused(deps: Deps, { accountId: id, because, login }: Refused): Promise<void> {
  const account = await findAccount(deps.db, id);
  if (account === null || account.status === "unhealthy") return;
  if (login !== undefined && login !== loginMark(account)) return;
  const now = deps.now();
  await updateAccountAsSeen(deps.db, account, { status: "unhealthy", statusReason: because, checkedAt: now });
  deps.log({
    level: "error",
    event: "account_unhealthy",
    integration_id: id,
    account_sid: account.accountSid,
    because,
  });
  await publishOrganization(deps, account.organizationId);
}

/** Looks at accounts in turn: one that was refused is tried again and comes back by itself, one that works has its numbers' webhooks compared. */
export async function checkAccounts(deps: Deps): Promise<void> {
  const now = deps.now();
  const before = { unhealthy: now - lookAgainMs.unhealthy, connected: now - lookAgainMs.connected };
  for (const row of await listDueAccounts(deps.db, before, accountsPerRound)) {
    await noteChecked(deps.db, row.id, now);
    if (row.status === "connected") {
      await checkWebhooks(deps, row);
      continue;
    }
    const carrier = deps.carrier(row, await openLogin(deps, readAccount(row)));
    // A suspended account can still be read: that it is active stands in the account alone.
    if (!(await carrier.probe("credentials")).ok || !(await carrier.probe("messages")).ok) continue;
    await updateAccountAsSeen(deps.db, row, { status: "connected", statusReason: null });
    deps.log({ event: "account_recovered", integration_id: row.id, account_sid: row.accountSid });
    await publishOrganization(deps, row.organizationId);
  }
}
