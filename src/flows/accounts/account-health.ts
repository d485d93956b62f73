import { findAccount, listDueAccounts, noteChecked, updateAccount } from "../../directory/accounts.ts";
import { readAccount } from "../../directory/publish.ts";
import type { News } from "../../domain/pool-calls.ts";
import type { Deps } from "../deps.ts";
import { giveSnapshot, publishOrganization } from "../publish.ts";
import { openLogin } from "../secrets.ts";
import { checkWebhooks } from "./drift.ts";

/** How often the cron looks: at an account that is refused, and at the webhooks of one that works. */
const lookAgainMs = { unhealthy: 5 * 60_000, connected: 60 * 60_000 };
const accountsPerRound = 10;

/** Returns what a queue message tells the directory's side, null for any other message. */
export function readNews(body: unknown): News | null {
  const isNews = typeof body === "object" && body !== null && "kind" in body;
  // Only pools of ours put messages on the queue.
  return isNews ? (body as News) : null;
}

/** Heeds what pools tell: an account whose credentials are refused sends nothing more, and a pool without a snapshot is given one. Each is heeded once. */
export async function learnNews(deps: Deps, news: readonly News[]): Promise<void> {
  const distinct = new Map(news.map((one) => [one.kind === "account_refused" ? one.accountId : one.pool, one]));
  for (const [id, one] of distinct) {
    try {
      if (one.kind === "account_refused") await markRefused(deps, id, one.because);
      if (one.kind === "needs_snapshot") await giveSnapshot(deps, id);
    } catch (error) {
      deps.log({ level: "error", event: "news_lost", about: id, error: String(error) });
    }
  }
}

async function markRefused(deps: Deps, id: string, because: string): Promise<void> {
  const account = await findAccount(deps.db, id);
  if (account === null || account.status === "unhealthy") return;
  const now = deps.now();
  await updateAccount(deps.db, account, { status: "unhealthy", statusReason: because, checkedAt: now });
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
    const login = await openLogin(deps, readAccount(row));
    const probed = await deps.carrier(row, login).probe("messages");
    if (!probed.ok) continue;
    await updateAccount(deps.db, row, { status: "connected", statusReason: null });
    deps.log({ event: "account_recovered", integration_id: row.id, account_sid: row.accountSid });
    await publishOrganization(deps, row.organizationId);
  }
}
