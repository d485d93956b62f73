import { setTimeout as pause } from "node:timers/promises";
import { type Trunkline, TrunklineError, type WebhookEventPayload } from "../../src/sdk/index.ts";
import type { OwnCommand } from "./command.ts";
import { count, refuseMore, text, texts } from "./given.ts";
import { clock, oneLine } from "./print.ts";
import { keyOptions, type World } from "./world.ts";

const pageSize = 200;
const everyMs = 1_000;

/** `trunkline tail`. */
export const tail: OwnCommand = {
  name: "tail",
  takes: "",
  summary: "Shows what happens to a key's messages, as it happens",
  details:
    "With --json a line is an event as webhooks get it. An outage of the gateway is told, and nothing is missed after it.",
  example: "npx trunkline tail --events 'message.*' --after 0 --count 2",
  options: {
    after: {
      value: "event id",
      words: "begin after this event; 0: with the oldest; else with what happens from now on",
    },
    events: { value: "name", several: true, words: "only these, such as message.delivered or 'message.*'" },
    contact: { value: "number", words: "only the events of this person" },
    count: { value: "n", words: "end after so many events" },
    ...keyOptions,
  },
  async run({ words, values }, world) {
    refuseMore(words);
    const limit = count(values, "count") ?? Number.POSITIVE_INFINITY;
    const isAsked = matcherOf(texts(values, "events"), text(values, "contact"));
    let seen = 0;
    for await (const event of follow(world.client(), text(values, "after") ?? "latest", world)) {
      if (!isAsked(event)) continue;
      world.give(event, true);
      world.say(lineOf(event));
      seen += 1;
      if (seen >= limit) return 0;
    }
    return 0;
  },
};

/** Yields every event from a cursor on, for ever. */
async function* follow(trunkline: Trunkline, begin: string, world: World): AsyncGenerator<WebhookEventPayload> {
  const read = makeReader(trunkline, world);
  let after = begin === "0" ? undefined : begin;
  for (;;) {
    const page = await read(after);
    yield* page.events as WebhookEventPayload[];
    after = page.next_after ?? (after === "latest" ? undefined : after);
    if (page.events.length < pageSize) await pause(everyMs);
  }
}

/** Returns what reads the page after a cursor: what is worth asking again is told once and asked again, a refusal is thrown. */
function makeReader(trunkline: Trunkline, { note, url }: World) {
  let silent = false;
  let connected = false;
  const tellSilence = (error: unknown) => {
    if (!(error instanceof TrunklineError) || !passes(error)) throw error;
    if (!silent) note(`${error.message} Trying again every second.`);
    silent = true;
  };
  const tellAnswer = () => {
    if (silent && connected) note("It answers again: nothing was missed.");
    if (!connected) note(`Connected to ${url()}, waiting.`);
    silent = false;
    connected = true;
  };
  return async (after: string | undefined) => {
    const query = { limit: pageSize, ...(after === undefined ? {} : { after }) };
    for (;;) {
      const page = await trunkline.events.list(query, { maxRetries: 0 }).catch(tellSilence);
      if (page !== undefined) {
        tellAnswer();
        return page;
      }
      await pause(everyMs);
    }
  };
}

function passes({ status }: TrunklineError): boolean {
  return status === null || status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function matcherOf(names: readonly string[], contact: string | undefined): (event: WebhookEventPayload) => boolean {
  const isNamed = (event: string) =>
    names.length === 0 ||
    names.some((name) => name === event || (name.endsWith("*") && event.startsWith(name.slice(0, -1))));
  return ({ event, external_id }) => isNamed(event) && (contact === undefined || external_id === contact);
}

function lineOf({ timestamp, event, external_id, internal_id, message_id, text: body }: WebhookEventPayload): string {
  const way = [internal_id, external_id].filter(Boolean).join(" ↔ ");
  const said = body ? ` "${oneLine(body)}"` : "";
  return `${clock(timestamp)}  ${event.padEnd(18)} ${way}  ${message_id ?? ""}${said}`.trimEnd();
}
