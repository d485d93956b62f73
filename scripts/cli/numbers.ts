import type { AdminAnswer } from "../../src/sdk/admin.ts";
import type { OwnCommand } from "./command.ts";
import { CommandError, refuseMore, text } from "./given.ts";
import { columns } from "./print.ts";
import { gatewayOptions, type World } from "./world.ts";

type Change = { api_key_id?: string | null; is_active?: boolean };
type ManagedNumber = AdminAnswer<"updateManagedNumber">;

/** `trunkline numbers`. */
export const numbers: OwnCommand = {
  name: "numbers",
  takes: "[assign <number> <API key's id> | release <number> | pause <number> | resume <number>]",
  summary: "Lists the numbers, and says which API key holds which",
  details: "Assigning a number that another key holds moves it. Asks as the operator: with ADMIN_TOKEN.",
  example: 'npx trunkline numbers --key-id "$KEY_ID"',
  options: {
    "key-id": { value: "API key's id", words: "only this key's" },
    unassigned: { words: "only those that no key holds" },
    ...gatewayOptions,
  },
  async run({ words, values }, world) {
    const [what = "list", number, keyId, ...more] = words;
    refuseMore(more);
    if (what === "list") return list(world, text(values, "key-id"), values.unassigned === true);
    const change = changeOf(what, keyId);
    if (number === undefined) throw new CommandError(`Which number? It follows ${what}, such as +15551234567.`);
    const changed = await world.admin().call("updateManagedNumber", { params: { number }, body: change });
    world.give(changed);
    world.say(columns(head, [rowOf(changed)]));
    return 0;
  },
};

const head = ["NUMBER", "CHANNEL", "KEY", "ORDER", "WEIGHT", "STATE", "HEALTH"];

async function list(world: World, keyId: string | undefined, unassigned: boolean): Promise<number> {
  const query = { ...(keyId === undefined ? {} : { api_key_id: keyId }), ...(unassigned ? { unassigned } : {}) };
  const answer = await world.admin().call("listManagedNumbers", { query });
  world.give(answer);
  world.say(answer.numbers.length === 0 ? "No number." : columns(head, answer.numbers.map(rowOf)));
  return 0;
}

function rowOf({ phone_number, channel, api_key_id, position, weight, is_active, health }: ManagedNumber) {
  return [phone_number, channel, api_key_id, position, weight, is_active ? "active" : "paused", health?.status ?? null];
}

function changeOf(what: string, keyId: string | undefined): Change {
  if (what === "assign") {
    if (keyId === undefined)
      throw new CommandError("To which key? Its id follows the number; npx trunkline keys lists them.");
    return { api_key_id: keyId };
  }
  if (keyId !== undefined) refuseMore([keyId]);
  const changes: Record<string, Change> = {
    release: { api_key_id: null },
    pause: { is_active: false },
    resume: { is_active: true },
  };
  const change = changes[what];
  if (change === undefined)
    throw new CommandError(`numbers takes list, assign, release, pause or resume, not "${what}".`);
  return change;
}
