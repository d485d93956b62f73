// Forwards the events of an API key to a local port as webhooks, with both signatures: no public URL is needed, the events are pulled.
import { setTimeout as pause } from "node:timers/promises";
import { usageOf } from "./arguments.mjs";
import { FeedRefusal, FeedSilence, PAGE, readPage } from "./listen/feed.mjs";
import { makeForwarder } from "./listen/forward.mjs";
import { OptionError, readOptions, USAGE } from "./listen/options.mjs";
import { makeTeller } from "./listen/tell.mjs";

const PAUSE_MS = 1_000;
let connected = false;
let teller = makeTeller(false);

try {
  const options = await readOptions(process.env);
  teller = makeTeller(options.json);
  await listen(options);
} catch (error) {
  if (!(error instanceof OptionError) && !(error instanceof FeedRefusal)) throw error;
  teller.refused(error.usage ? `${error.message}\n\n${usageOf(USAGE)}` : error.message);
  process.exit(connected ? 1 : 2);
}

async function listen(options) {
  const { out } = teller;
  const forwarder = makeForwarder({ target: options.forward, secret: options.secret, tell: out });
  const began = new Date();
  const feed = makeReader(options);
  let page = await feed.next(options.after);
  connected = true;
  const cursor = options.after === "latest" ? page.after : options.after;
  if (!options.json) sayBeginning(options, cursor);
  out(null, { state: "connected", after: cursor, url: options.url, forward: options.forward, secret: options.secret });
  if (feed.wasSilent() && options.after === "latest") out(skipped(began), { state: "skipped", from: began.getTime() });
  for (;;) {
    const more = page.events.length === PAGE;
    teller.follow({ waiting: page.events.length, more, oldest: page.events[0]?.timestamp });
    for (const event of page.events) {
      await forwarder.room(PAGE);
      forwarder.hand(event);
    }
    if (!more) await pause(PAUSE_MS);
    page = await feed.next(page.after);
  }
}

function sayBeginning(options, cursor) {
  console.log(`Signed with ${options.ownSecret ? "the secret you gave" : options.secret}`);
  console.log(`Connected, waiting; ${cursor === null ? "no event yet" : `after event ${cursor}`}`);
  console.log(`Forwarding the events of the key that ends in ${options.key.slice(-4)} to ${options.forward}`);
}

function skipped(began) {
  const [from, to] = [began, new Date()].map((time) => time.toTimeString().slice(0, 8));
  return `Events from ${from} to ${to}, before the connection stood, may have been skipped: --after <event id> begins earlier.`;
}

/** Reads pages until one comes: what goes wrong is told once and asked again, a refusal is thrown. */
function makeReader(options) {
  let silent = false;
  let everSilent = false;
  const { out, err } = teller;
  const hang = () =>
    silent || err(`Waiting for the gateway at ${options.url} to answer …`, { state: "waiting", url: options.url });

  async function attempt(after) {
    const page = await readPage(options, after, hang);
    if (silent) out("Reconnected: the gateway answers again.", { state: "connected", after });
    silent = false;
    return { events: page.events, after: page.next_after ?? (after === "latest" ? null : after) };
  }

  function tell(error) {
    if (!(error instanceof FeedSilence)) throw error;
    const { message } = error;
    const line = `Reconnecting: the gateway at ${options.url} does not answer, ${message}; trying on every second.`;
    if (!silent) err(line, { state: "reconnecting", because: message });
    silent = true;
    everSilent = true;
  }

  return {
    wasSilent: () => everSilent,
    async next(after) {
      for (;;) {
        const page = await attempt(after).catch(tell);
        if (page) return page;
        await pause(PAUSE_MS);
      }
    },
  };
}
