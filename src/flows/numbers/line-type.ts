import { listNumbers } from "../../directory/numbers.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { MacFacts } from "../../domain/line.ts";
import type { NumberType } from "../../domain/snapshot.ts";
import type { Deps } from "../deps.ts";

type Mac = { id: string; mac: MacFacts | null };

/** Returns what type a line is where `wanted` is asked, or why it cannot be: new conversations leave from the Mac's active alias whatever is asked: only that one is `dedicated`, and a Mac that does not say which it is has one. */
export async function chooseType(
  deps: Deps,
  { id, mac }: Mac,
  address: string,
  wanted: NumberType | undefined,
): Promise<Result<NumberType>> {
  const { known, activeAlias } = addressesOf(mac);
  if (known.length > 0 && !known.includes(address)) {
    return fail("invalid_request", `This Mac's Apple ID does not have ${address}: it has ${known.join(", ")}.`, {
      aliases: known,
    });
  }
  const lines = (await listNumbers(deps.db, { accountId: id })).filter((line) => line.address !== address);
  const first = lines.find(({ type }) => type !== "inbound");
  const starts = activeAlias === null ? first === undefined : activeAlias === address;
  if (wanted === undefined || wanted === "inbound") return ok(wanted ?? (starts ? "dedicated" : "inbound"));
  if (starts) return ok(wanted);
  const other = activeAlias ?? first?.address;
  const message = `One Apple ID starts conversations from one address, here ${other}: register ${address} as inbound.`;
  return fail("invalid_request", message);
}

/** Without its helper a Mac says one address at most, that of its newest chat; which of them begins chats is known from before. */
function addressesOf(mac: MacFacts | null): { known: string[]; activeAlias: string | null } {
  if (mac?.privateApi !== true) return { known: [], activeAlias: null };
  const { aliases, activeAlias, helperConnected } = mac;
  const said = activeAlias === null ? aliases : [...new Set([...aliases, activeAlias])];
  return { known: helperConnected ? said : [], activeAlias };
}
