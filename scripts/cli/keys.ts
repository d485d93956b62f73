import type { TrunklineAdmin } from "../../src/sdk/admin.ts";
import type { OwnCommand } from "./command.ts";
import { type ApiKey, eachKey } from "./each-key.ts";
import { CommandError, count, refuseMore, text, type Values } from "./given.ts";
import { clock, columns } from "./print.ts";
import { gatewayOptions, type World } from "./world.ts";

/** `trunkline keys`. */
export const keys: OwnCommand = {
  name: "keys",
  takes: "[create <name> | rotate <id> | pause <id> | resume <id> | revoke <id>]",
  summary: "Lists the API keys, makes and changes them",
  details: "A new or rotated key is shown this once. Asks as the operator: with ADMIN_TOKEN.",
  example: "npx trunkline keys create Shop --test",
  options: {
    test: { words: "make a test key: its numbers are the sandbox's, and nothing leaves the gateway" },
    organization: { value: "id", words: "whose key it shall be, or only whose keys to list" },
    overlap: { value: "seconds", words: "how long the former key still works after it was rotated" },
    ...gatewayOptions,
  },
  async run({ words, values }, world) {
    const [what = "list", named, ...more] = words;
    refuseMore(more, "put a name into quotes");
    if (what === "list") return list(world, text(values, "organization"));
    const act = acts[what];
    if (act === undefined)
      throw new CommandError(`keys takes list, create, rotate, pause, resume or revoke, not "${what}".`);
    if (named === undefined)
      throw new CommandError(what === "create" ? "Give the key a name." : `Which key? Its id follows ${what}.`);
    const [answer, said] = await act(world.admin(), named, values);
    world.give(answer);
    world.say(said);
    return 0;
  },
};

type Act = (admin: TrunklineAdmin, named: string, values: Values) => Promise<[answer: unknown, said: string]>;

const acts: Readonly<Record<string, Act>> = {
  async create(admin, name, values) {
    const organization = text(values, "organization");
    const made = await admin.call("createApiKey", {
      body: {
        name,
        mode: values.test === true ? "test" : "live",
        ...(organization === undefined ? {} : { organization_id: organization }),
      },
    });
    return [made, `${made.api_key_id}  ${made.name}, a ${made.mode} key, shown this once:\n${made.key}`];
  },
  async rotate(admin, apiKeyId, values) {
    const overlap = count(values, "overlap", 0);
    const body = overlap === undefined ? {} : { overlap_seconds: overlap };
    const made = await admin.call("rotateApiKey", { params: { apiKeyId }, body });
    return [
      made,
      `The new key, shown this once; the former one works until ${clock(made.previous_valid_until)}:\n${made.key}`,
    ];
  },
  pause: (admin, apiKeyId) => change(admin, apiKeyId, "paused"),
  resume: (admin, apiKeyId) => change(admin, apiKeyId, "active"),
  async revoke(admin, apiKeyId) {
    const done = await admin.call("revokeApiKey", { params: { apiKeyId } });
    return [done, `${apiKeyId} is revoked: its numbers are free, its webhooks silent.`];
  },
};

async function change(admin: TrunklineAdmin, apiKeyId: string, status: "active" | "paused"): Promise<[ApiKey, string]> {
  const changed = await admin.call("updateApiKey", { params: { apiKeyId }, body: { status } });
  return [changed, `${apiKeyId} is ${changed.status}.`];
}

async function list({ admin, give, say }: World, organization: string | undefined): Promise<number> {
  const found: ApiKey[] = [];
  for await (const key of eachKey(admin(), organization)) found.push(key);
  give({ api_keys: found });
  say(
    columns(
      ["ID", "NAME", "MODE", "PROTOCOL", "NUMBERS", "STATE", "ENDS IN"],
      found.map((key) => [key.api_key_id, key.name, key.mode, key.protocol, key.numbers, key.status, key.key_hint]),
    ),
  );
  return 0;
}
