import { findTwilioAccount } from "../../directory/accounts.ts";
import { listHalfImported, type NumberRow, noteWebhooks } from "../../directory/numbers.ts";
import { readAccount } from "../../directory/publish.ts";
import { publicUrlOf } from "../addresses.ts";
import type { Deps } from "../deps.ts";
import { openLogin } from "../secrets.ts";
import { wantedWebhooks } from "./drift.ts";
import { isUntouched, ourWebhooks } from "./import-numbers.ts";

const numbersPerRound = 25;

/**
 * Sets the webhooks of numbers whose import was cut off, or whose Twilio gave no clear answer: run by the cron. What stood there before is written down already. A
 * number that is released meanwhile is not brought back.
 */
export async function finishImports(deps: Deps): Promise<void> {
  const half = await listHalfImported(deps.db, numbersPerRound);
  for (const [accountId, numbers] of Map.groupBy(half, (number) => number.accountId ?? "")) {
    await finishAccount(deps, accountId, numbers);
  }
}

/** One silent Twilio is not asked again for each number. */
async function finishAccount(deps: Deps, accountId: string, numbers: readonly NumberRow[]): Promise<void> {
  const account = await findTwilioAccount(deps.db, accountId);
  if (account === null) return;
  const wanted = await wantedWebhooks(deps, account);
  const carrier = deps.carrier(account, await openLogin(deps, readAccount(account)));
  for (const number of numbers) {
    const set = await carrier.updateNumber(number.providerId ?? "", ourWebhooks(wanted, number));
    if (set.ok) await noteWebhooks(deps.db, number.address, { ok: true, at: await publicUrlOf(deps) });
    else if (isUntouched(set.refusal)) await noteWebhooks(deps.db, number.address, { ok: false, at: null });
    else return deps.log({ event: "import_waits", integration_id: accountId, status: set.refusal.status });
    deps.log({ event: "import_finished", integration_id: accountId, number: number.allocationId, ok: set.ok });
  }
}
