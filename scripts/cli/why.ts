import { type AdminAnswer, type TrunklineAdmin, TrunklineError } from "../../src/sdk/admin.ts";
import type { OwnCommand } from "./command.ts";
import { eachKey } from "./each-key.ts";
import { CommandError, refuseMore, text } from "./given.ts";
import { clock, oneLine } from "./print.ts";
import { gatewayOptions } from "./world.ts";

type Story = AdminAnswer<"readAdminMessage">;

/** `trunkline why`. */
export const why: OwnCommand = {
  name: "why",
  takes: "<message id>",
  summary: "Says why a message went from which number, and everything that happened to it",
  details: "Asks as the operator: with ADMIN_TOKEN.",
  example: 'npx trunkline why "$MESSAGE_ID"',
  options: {
    "key-id": { value: "API key's id", words: "whose message it is; else every key is asked" },
    ...gatewayOptions,
  },
  async run({ words, values }, { admin, say, give }) {
    const [messageId, ...more] = words;
    if (messageId === undefined) throw new CommandError("Which message? The first word is its id, msg_…");
    if (!messageId.startsWith("msg_"))
      throw new CommandError(`"${messageId}" is no message's id: one begins with msg_.`);
    refuseMore(more);
    const story = await find(admin(), messageId, text(values, "key-id"));
    give(story);
    say(tell(story));
    return 0;
  },
};

async function find(admin: TrunklineAdmin, messageId: string, keyId: string | undefined): Promise<Story> {
  if (keyId !== undefined) return admin.call("readAdminMessage", { params: { apiKeyId: keyId, messageId } });
  for await (const { api_key_id: apiKeyId } of eachKey(admin)) {
    const story = await admin.call("readAdminMessage", { params: { apiKeyId, messageId } }).catch((error: unknown) => {
      if (!(error instanceof TrunklineError) || error.status !== 404) throw error;
    });
    if (story !== undefined) return story;
  }
  throw new CommandError(`No key of this gateway has a message ${messageId}.`, { exitCode: 1 });
}

/** A message's story as a person reads it. */
function tell(story: Story): string {
  const { message_id, direction, internal_id, chat_id, status, text: body, next } = story;
  const way = direction === "outbound" ? `${internal_id} → ${chat_id}` : `${chat_id} → ${internal_id}`;
  const error = story.error ? ["", [story.error, story.retry].filter(Boolean).join(" ")] : [];
  return [
    `${message_id}  ${way}  ${status ?? "received"}`,
    ...(body ? [`"${oneLine(body)}"`] : []),
    ...tellChoice(story),
    "",
    "What happened:",
    ...story.timeline.flatMap(tellStep),
    ...error,
    ...(next === null ? [] : ["", `Next: ${next.words}`]),
  ].join("\n");
}

function tellChoice({ trace }: Story): string[] {
  if (!trace) return [];
  const considered = trace.considered.map(({ phone_number, why: words }) => `  ${phone_number}  ${words}`);
  return ["", "Why this number:", ...considered, ...(trace.note === null ? [] : [`  ${trace.note}`])];
}

function tellStep({ at, words, attempts = [] }: Story["timeline"][number]): string[] {
  return [`  ${clock(at)}  ${words}`, ...attempts.map((attempt) => `                ${tellAttempt(attempt)}`)];
}

function tellAttempt({ webhook_id, attempt, at, state, status, error, duration_ms }: StoryAttempt): string {
  const head = `webhook ${webhook_id}, attempt ${attempt}`;
  if (state === "waiting") return `${head}: due at ${clock(at)}`;
  return `${head}: ${status ?? error ?? "no answer"}${duration_ms === null ? "" : ` after ${duration_ms} ms`}`;
}

type StoryAttempt = NonNullable<Story["timeline"][number]["attempts"]>[number];
