import type { Answer, Trunkline } from "../../src/sdk/index.ts";
import type { OwnCommand } from "./command.ts";
import { CommandError, refuseMore, text, texts, type Values } from "./given.ts";
import { columns } from "./print.ts";
import { keyOptions, type World } from "./world.ts";

type Webhook = Answer<"listWebhooks">["webhooks"][number];

/** `trunkline webhooks`. */
export const webhooks: OwnCommand = {
  name: "webhooks",
  takes: "[add <URL> | test <id> | replay <id> --since <time> | remove <id>]",
  summary: "Lists an API key's webhooks, makes, tries and removes them, and delivers again",
  details: "The signing secret of a new webhook is shown this once. test asks as the operator: with ADMIN_TOKEN.",
  example: "npx trunkline webhooks add https://example.com/hook --events 'message.*'",
  options: {
    type: { value: "type", words: "message, status or all; message unless told otherwise" },
    events: { value: "name", several: true, words: "only these, such as message.delivered or 'message.*'" },
    since: {
      value: "time",
      words: "deliver again what the receiver has not got since then, such as 2027-01-31T09:00:00Z",
    },
    ...keyOptions,
  },
  async run({ words, values }, world) {
    const [what = "list", named, ...more] = words;
    refuseMore(more);
    if (what === "list") return list(world);
    if (what !== "test" && acts[what] === undefined)
      throw new CommandError(`webhooks takes list, add, test, replay or remove, not "${what}".`);
    if (named === undefined)
      throw new CommandError(
        what === "add" ? "Give the URL of the receiver." : `Which webhook? Its id follows ${what}.`,
      );
    const act = acts[what];
    if (act === undefined) return test(world, named);
    const { answer, said } = await act(world.client(), named, values);
    world.give(answer);
    world.say(said);
    return 0;
  },
};
/** An event `webhook.test`, asked for as the operator. */
async function test({ admin, give, say }: World, webhookId: string): Promise<number> {
  const answer = await admin().call("testOrganizationWebhook", { params: { webhookId } });
  give(answer);
  const { response_status: status, response_data: data } = answer;
  const said =
    status === null ? `There was no answer (${data.error ?? "no reason is known"})` : `It answered ${status}`;
  say(`${said} after ${answer.duration_ms} ms.`);
  return answer.success ? 0 : 1;
}

type Act = (client: Trunkline, named: string, values: Values) => Promise<{ answer: unknown; said: string }>;

const acts: Readonly<Record<string, Act>> = {
  async add(client, url, values) {
    const events = texts(values, "events");
    const answer = await client.webhooks.create({
      webhook_url: url,
      webhook_type: readType(text(values, "type")),
      ...(events.length === 0 ? {} : { events: [...events] }),
    });
    const secret = "signing_secret" in answer ? answer.signing_secret : undefined;
    const said = secret === undefined ? "It was there already." : `Signed with ${secret}, shown this once.`;
    return { answer, said: `${answer.webhook_id}  ${answer.webhook_url}\n${said}` };
  },
  async replay(client, webhookId, values) {
    const since = text(values, "since");
    const at = Date.parse(since ?? "");
    if (since === undefined) throw new CommandError("Since when? Give --since, such as 2027-01-31T09:00:00Z.");
    if (Number.isNaN(at)) throw new CommandError(`--since takes a time such as 2027-01-31T09:00:00Z, not "${since}".`);
    const answer = await client.webhooks.replay(webhookId, { since: at, only_failed: true });
    const more =
      answer.next_since === null ? "" : ` There is more, since ${new Date(answer.next_since).toISOString()}.`;
    const note = answer.note === null ? "" : `\n${answer.note}`;
    return { answer, said: `${answer.replayed} events leave again.${more}${note}` };
  },
  async remove(client, webhookId) {
    const answer = await client.webhooks.delete(webhookId);
    return { answer, said: `${webhookId} is removed, and what it was still owed.` };
  },
};

function readType(given: string | undefined): "message" | "status" | "all" {
  if (given === undefined || given === "message") return "message";
  if (given === "status" || given === "all") return given;
  throw new CommandError(`--type takes message, status or all, not "${given}".`);
}

async function list({ client, give, say }: World): Promise<number> {
  const answer = await client().webhooks.list();
  give(answer);
  const rows = answer.webhooks.map(rowOf);
  say(rows.length === 0 ? "No webhook: add one with npx trunkline webhooks add <URL>." : columns(head, rows));
  return 0;
}

const head = ["ID", "URL", "EVENTS", "STATE", "FAILURES", "OWED"];

function rowOf({ webhook_id, webhook_url, webhook_type, events, is_active, failure_count, owed }: Webhook) {
  const named = events == null ? webhook_type : events.join(" ");
  return [webhook_id, webhook_url, named, is_active ? "active" : "inactive", failure_count, owed ?? null];
}
