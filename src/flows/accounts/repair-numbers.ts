import { advance, begin, strike } from "../../directory/begun.ts";
import { listNumbersElsewhere, type NumberElsewhere } from "../../directory/public-urls.ts";
import type { FailureCode } from "../../domain/failure.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { needAddress } from "../addresses.ts";
import type { Deps } from "../deps.ts";
import { checkPublicUrl } from "../public-url.ts";
import { importNumbers } from "./import-numbers.ts";

/** So many numbers are set in one turn (a few queries and two calls to Twilio each); the others follow in turns of their own. */
const repairedAtOnce = 20;

export type Repair = {
  repaired: number;
  failed: { phoneNumber: string; code: FailureCode; message: string }[];
  /** Whether the others are repaired in turns that follow by themselves. */
  goesOn: boolean;
};

/**
 * Sets the webhooks of numbers that lead to a former address of ours to the one in force, those after `after` first, and goes on by itself in further turns.
 * Nothing is touched while the gateway does not answer at its address. What is cut off the watchdog goes on with.
 */
export async function repairNumbers(deps: Deps, after: string): Promise<Result<Repair>> {
  const address = await needAddress(deps);
  if (!address.ok) return address;
  const reached = await checkPublicUrl(deps);
  if (!reached.ok) return fail("invalid_request", `Nothing was changed at Twilio: ${reached.detail}`);
  const found = await listNumbersElsewhere(deps.db, address.value, { after, limit: repairedAtOnce + 1 });
  const batch = found.slice(0, repairedAtOnce);
  const work = { kind: "repair", subject: "numbers", detail: after } as const;
  await begin(deps.db, work, deps.now());
  const failed: Repair["failed"] = [];
  for (const [accountId, numbers] of Map.groupBy(batch, (number) => number.accountId)) {
    failed.push(...(await repairAccount(deps, accountId, numbers)));
  }
  const repaired = batch.length - failed.length;
  const last = found.length > repairedAtOnce ? batch.at(-1) : undefined;
  await (last === undefined ? strike(deps.db, work) : advance(deps.db, work, last.address));
  if (last !== undefined) await deps.send({ errand: "repair_numbers", after: last.address });
  const goesOn = last !== undefined;
  deps.log({ event: "numbers_repaired", repaired, failed: failed.length, goes_on: goesOn });
  return ok({ repaired, failed, goesOn });
}

async function repairAccount(
  deps: Deps,
  accountId: string,
  numbers: readonly NumberElsewhere[],
): Promise<Repair["failed"]> {
  const phoneNumbers = numbers.map(({ address }) => address);
  const imported = await importNumbers(deps, accountId, phoneNumbers);
  if (!imported.ok) {
    const { code, message } = imported.failure;
    return phoneNumbers.map((phoneNumber) => ({ phoneNumber, code, message }));
  }
  return imported.value.flatMap(({ phoneNumber, status, code, message }) =>
    status === "failed" ? [{ phoneNumber, code: code ?? "internal_error", message: message ?? "" }] : [],
  );
}
