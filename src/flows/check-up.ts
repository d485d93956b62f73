import { type AccountRow, listAccounts } from "../directory/accounts.ts";
import { listNumbers } from "../directory/numbers.ts";
import type { AccountTraffic } from "../domain/calls/numbers.ts";
import { type Check, timeOf } from "../domain/check.ts";
import type { Status } from "./check-status.ts";
import type { Deps } from "./deps.ts";
import { checkFallbacks } from "./keys/check-fallbacks.ts";
import { checkMac } from "./macs/check-mac.ts";
import type { KeyNeed } from "./master-keys.ts";

const accountsAtMost = 50;
/** Webhook receivers refuse a signature that is five minutes off; a tenth of that is no matter of the network any more. */
const clockToleranceMs = 30_000;
/** The cron looks at each account hourly: twice that without a look means that it does not run. */
const cronPatienceMs = 2 * 60 * 60 * 1000;
/** A status comes within seconds; after so long without any, none can reach us. */
const statusPatienceMs = 15 * 60 * 1000;
/** A ledger holds 10 GB at most (platform limit). */
const ledgerLimit = 10e9;

/** Returns everything a person would look at first when something is amiss, each with its detail and how to mend it; `status` and `needs` (of master keys) are what was found before. */
export async function checkUp(deps: Deps, status: Status, needs: readonly KeyNeed[]): Promise<Check[]> {
  const { directory, migrations, publicUrl, usable } = status;
  const found: Check[] = [
    {
      name: "directory",
      ...directory,
      help: directory.ok ? null : usable ? refill : "Check the DB binding of the Worker.",
    },
    {
      name: "migrations",
      ...migrations,
      help: migrations.ok ? null : "Apply the migrations; the detail has the command.",
    },
    {
      name: "public_url",
      ...publicUrl,
      help: publicUrl.ok ? null : "Set PUBLIC_URL to the https address of the Worker.",
    },
  ];
  if (!usable) return found;
  const asked = { limit: accountsAtMost, offset: 0, organizationId: null };
  const { accounts } = await listAccounts(deps.db, asked);
  const live = accounts.filter(({ sandbox }) => !sandbox);
  const fallbacks = await checkFallbacks(deps);
  const drifted = await listNumbers(deps.db, { webhookOk: false });
  return [
    ...found,
    checkKeys(needs),
    checkCron(live, deps.now()),
    checkPools(status),
    checkLedgers(status),
    ...(fallbacks === null ? [] : [fallbacks]),
    ...(live.some(({ kind }) => kind === "twilio") ? [checkClock(await deps.askClock())] : []),
    ...live.map((account) => {
      const traffic = trafficOf(status, account.id);
      if (account.kind === "bluebubbles") return checkMac(account, traffic);
      return checkAccount(
        account,
        { ...traffic, drifted: drifted.filter(({ accountId }) => accountId === account.id).length },
        deps.now(),
      );
    }),
  ];
}

const refill =
  "Make the first key; if this gateway was in use before, restore its database first, as docs/backup.md tells.";

function checkKeys(needs: readonly KeyNeed[]): Check {
  const name = "master_keys";
  const tell = ({ id, secrets, tokens }: KeyNeed) => `${id} (secrets: ${secrets}, API key tokens: ${tokens})`;
  const here = needs.filter(({ inRing }) => inRing);
  const newest = here.find(({ isNewest }) => isNewest)?.id ?? "none";
  const detail = `Needed for: ${here.map(tell).join(", ")}. New ones are made under ${newest}.`;
  const lost = needs.filter(({ opens }) => !opens);
  if (lost.length === 0) {
    const idle = here.filter(
      ({ isNewest, secrets, tokens, callbacksUntil }) => !isNewest && secrets + tokens === 0 && callbacksUntil === null,
    );
    const spare = idle.length === 0 ? "" : ` Nothing needs ${idle.map(({ id }) => id).join(", ")} any more: it may go.`;
    return { name, ok: true, detail: detail + spare, help: null };
  }
  const missing = lost.filter(({ inRing }) => !inRing);
  const wrong = lost.filter(({ inRing }) => inRing);
  return {
    name,
    ok: false,
    detail: [
      detail,
      ...(missing.length === 0 ? [] : [`Missing from MASTER_KEYS: ${missing.map(tell).join(", ")}.`]),
      ...(wrong.length === 0
        ? []
        : [`Another key than the one that sealed stands in MASTER_KEYS as ${wrong.map(tell).join(", ")}.`]),
    ].join(" "),
    help: "Put the missing keys back at the end of MASTER_KEYS: what they sealed opens with nothing else. Then run npm run reseal.",
  };
}

function checkCron(live: readonly AccountRow[], now: number): Check {
  const name = "cron";
  const lastAt = Math.max(0, ...live.map(({ checkedAt }) => checkedAt));
  const since = Math.min(now, ...live.map(({ createdAt }) => createdAt));
  if (live.length === 0) {
    return { name, ok: true, detail: "It has no account to look at yet, so its last run is not known.", help: null };
  }
  if (now - Math.max(lastAt, since) <= cronPatienceMs) {
    const detail =
      lastAt === 0 ? "It has not had its first look yet." : `It last looked at an account ${timeOf(lastAt)}.`;
    return { name, ok: true, detail, help: null };
  }
  const detail =
    lastAt === 0 ? "It has never looked at an account." : `It has not looked at an account since ${timeOf(lastAt)}.`;
  return {
    name,
    ok: false,
    detail,
    help: "See that the Worker has its cron trigger, and look into its logs for watchdog_failed.",
  };
}

function checkClock(aheadMs: number | null): Check {
  const name = "clock";
  if (aheadMs === null) {
    const help = "See that the Worker may reach TWILIO_API_URL, and look at status.twilio.com.";
    return { name, ok: false, detail: "Twilio's API did not answer within three seconds.", help };
  }
  const seconds = Math.abs(aheadMs / 1000).toFixed(1);
  const detail = `Twilio's clock is ${seconds} s ${aheadMs < 0 ? "behind" : "ahead of"} ours.`;
  const ok = Math.abs(aheadMs) <= clockToleranceMs;
  const help = "Set this machine's clock (NTP): signatures, links and scheduled messages go by it.";
  return { name, ok, detail, help: ok ? null : help };
}

function checkPools({ poolsBehind }: Status): Check {
  const name = "pools";
  if (poolsBehind === 0) return { name, ok: true, detail: "Every pool has the directory's last word.", help: null };
  const detail = `${poolsBehind} pool${poolsBehind === 1 ? " is" : "s are"} behind the directory.`;
  return {
    name,
    ok: false,
    detail,
    help: "It is repeated every minute by the cron. If it stays, look into the logs for publish.",
  };
}

function checkLedgers({ pools }: Status): Check {
  const name = "ledgers";
  const largest = pools.reduce((most, { stats }) => Math.max(most, stats?.ledgerBytes ?? 0), 0);
  const silent = pools.filter(({ stats }) => stats === null).map((pool) => pool.name);
  const detail = `The largest of ${pools.length} has ${(largest / 1e6).toFixed(1)} MB of the 10 GB that one may have.`;
  if (silent.length > 0) {
    const named = silent.slice(0, 5).join(", ");
    return {
      name,
      ok: false,
      detail: `${detail} No answer from: ${named}.`,
      help: "Ask again in a minute, then look into the logs.",
    };
  }
  const ok = largest < 0.8 * ledgerLimit;
  return {
    name,
    ok,
    detail,
    help: ok ? null : "Move some of the key's numbers to a new key before the ledger is full.",
  };
}

function checkAccount(account: AccountRow, traffic: AccountTraffic & { drifted: number }, now: number): Check {
  const name = `account ${account.name} (${account.id})`;
  if (account.status === "unhealthy") {
    const detail = `Twilio refuses it: ${account.statusReason ?? "no reason was given"}.`;
    const help =
      "Replace the credentials (PATCH /admin/api/integrations/twilio/{id}), or have Twilio make the account active: then it comes back by itself.";
    return { name, ok: false, detail, help };
  }
  const { inboundAt, sentAt, statusAt, drifted } = traffic;
  if (drifted > 0) {
    const detail = `${drifted} of its numbers do not call this gateway: what people write to them does not come in.`;
    return {
      name,
      ok: false,
      detail,
      help: "Its warnings name them: import them again, or release those that are gone.",
    };
  }
  const last = `Last inbound message ${timeOf(inboundAt)}, last message sent ${timeOf(sentAt)}, last status ${timeOf(statusAt)}.`;
  const isDeaf = sentAt !== null && statusAt === null && now - sentAt > statusPatienceMs;
  const help = "See that PUBLIC_URL can be reached from outside: Twilio posts its status callbacks there.";
  return { name, ok: !isDeaf, detail: `Connected. ${last}`, help: isDeaf ? help : null };
}

/** Over the pools of the page that was asked for. */
function trafficOf({ pools }: Status, accountId: string): AccountTraffic {
  const own = pools.flatMap(({ stats }) => stats?.accounts.filter((one) => one.accountId === accountId) ?? []);
  const latest = (times: (number | null)[]) =>
    times.reduce((last, at) => (at === null || (last ?? 0) > at ? last : at), null);
  return {
    accountId,
    inboundAt: latest(own.map(({ inboundAt }) => inboundAt)),
    sentAt: latest(own.map(({ sentAt }) => sentAt)),
    statusAt: latest(own.map(({ statusAt }) => statusAt)),
  };
}
