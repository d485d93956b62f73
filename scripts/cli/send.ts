import { text as readAll } from "node:stream/consumers";
import { type SendMessageRequest, type Trunkline, TrunklineError } from "../../src/sdk/index.ts";
import type { OwnCommand } from "./command.ts";
import { CommandError, count, refuseMore, text, texts, type Values } from "./given.ts";
import { keyOptions, type World } from "./world.ts";

/** `trunkline send`. */
export const send: OwnCommand = {
  name: "send",
  takes: "<to> [<text>]",
  summary: "Sends a message, and waits for its end if you like",
  details:
    "A text of - is read from the standard input. With --wait it ends with 1 where the message was not delivered.",
  example: 'npx trunkline send +15551234567 "Your table is ready." --wait',
  options: {
    from: { value: "number", words: "the number of the pool that shall speak" },
    media: { value: "URL", several: true, words: "a file to send along" },
    at: { value: "time", words: "when it shall leave, such as 2027-01-31T09:00:00+01:00" },
    "idempotency-key": { value: "key", words: "the same key and message are sent once, for seven days" },
    wait: { words: "wait until it is delivered, failed or cancelled" },
    timeout: { value: "seconds", words: "how long to wait; 60 unless told otherwise" },
    ...keyOptions,
  },
  async run({ words, values }, world) {
    const to = readTo(words, values);
    const seconds = count(values, "timeout") ?? 60;
    const body = await readBody(words, values);
    const idempotencyKey = text(values, "idempotency-key");
    const trunkline = world.client();
    const sent = await trunkline.messages.send(to, body, idempotencyKey === undefined ? {} : { idempotencyKey });
    world.say(`${sent.message_id} from ${sent.from_number} to ${sent.chat_id}: ${sent.status}`);
    if (values.wait === true) return waitForEnd(trunkline, sent, seconds, world);
    world.give(sent);
    return 0;
  },
};

type Sent = Awaited<ReturnType<Trunkline["messages"]["send"]>>;

async function waitForEnd(trunkline: Trunkline, sent: Sent, seconds: number, { give, say, note }: World) {
  try {
    const end = await trunkline.messages.waitUntilFinal(sent, { timeoutMs: seconds * 1000 });
    give({ ...sent, ...end });
    const code = end.error_code ? ` (${end.error_code})` : "";
    say(`${end.status}${end.error === null ? "" : `: ${end.error}${code}`}`);
    return end.status === "delivered" || end.status === "sent" ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TrunklineError) || error.code !== "not_final") throw error;
    give({ ...sent, ...error.body });
    note(`${error.message} Nothing happened to it: npx trunkline why ${sent.message_id} says what it waits for.`);
    return 1;
  }
}

function readTo([to, given, ...more]: readonly string[], values: Values): string {
  if (to === undefined) throw new CommandError("To whom? The first word is a phone number such as +15551234567.");
  if (given === undefined && texts(values, "media").length === 0)
    throw new CommandError("What shall be sent? Give a text, or --media.");
  refuseMore(more, "put the text into quotes");
  return to;
}

async function readBody([, given]: readonly string[], values: Values): Promise<SendMessageRequest> {
  const attachments = [...texts(values, "media")];
  const from = text(values, "from");
  const sendAt = readTime(text(values, "at"));
  const body = given === "-" ? (await readAll(process.stdin)).trimEnd() : given;
  return {
    ...(body === undefined ? {} : { text: body }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(from === undefined ? {} : { from_number: from }),
    ...(sendAt === undefined ? {} : { send_at: sendAt }),
  };
}

function readTime(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const at = Date.parse(given);
  if (Number.isNaN(at)) throw new CommandError(`--at takes a time such as 2027-01-31T09:00:00Z, not "${given}".`);
  return at;
}
