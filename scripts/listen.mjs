// Forwards the events of an API key to a local port as webhooks, with both signatures: no public URL is needed, the events are pulled.
import { setTimeout as pause } from "node:timers/promises";
import { FeedRefusal, FeedSilence, PAGE, readPage } from "./listen/feed.mjs";
import { makeForwarder } from "./listen/forward.mjs";
import { OptionError, readOptions, USAGE } from "./listen/options.mjs";

const PAUSE_MS = 1_000;
let connected = false;

try {
  await listen(await readOptions(process.env));
} catch (error) {
  if (!(error instanceof OptionError) && !(error instanceof FeedRefusal)) throw error;
  console.error(error.usage ? `${error.message}\n\n${USAGE}` : error.message);
  process.exit(connected ? 1 : 2);
}

async function listen(options) {
  const say = (line) => console.log(line);
  const forwarder = makeForwarder({ target: options.forward, secret: options.secret, say });
  const began = new Date();
  const feed = makeReader(options);
  let page = await feed.next(options.after);
  connected = true;
  const cursor = options.after === "latest" ? page.after : options.after;
  say(`Signed with ${options.ownSecret ? "the secret you gave" : options.secret}`);
  say(`Connected, waiting; ${cursor === null ? "no event yet" : `after event ${cursor}`}`);
  say(`Forwarding the events of the key that ends in ${options.key.slice(-4)} to ${options.forward}`);
  if (feed.wasSilent() && options.after === "latest") say(skipped(began));
  for (;;) {
    for (const event of page.events) {
      await forwarder.room(PAGE);
      forwarder.hand(event);
    }
    if (page.events.length < PAGE) await pause(PAUSE_MS);
    page = await feed.next(page.after);
  }
}

function skipped(began) {
  const [from, to] = [began, new Date()].map((time) => time.toTimeString().slice(0, 8));
  return `Events from ${from} to ${to}, before the connection stood, may have been skipped: --after <event id> begins earlier.`;
}

/** Reads pages until one comes: what goes wrong is told once and asked again, a refusal is thrown. */
function makeReader(options) {
  let silent = false;
  let everSilent = false;
  const hang = () => silent || console.error(`Waiting for the gateway at ${options.url} to answer …`);

  async function attempt(after) {
    const page = await readPage(options, after, hang);
    if (silent) console.log("The gateway answers again.");
    silent = false;
    return { events: page.events, after: page.next_after ?? (after === "latest" ? null : after) };
  }

  function tell(error) {
    if (!(error instanceof FeedSilence)) throw error;
    if (!silent) console.error(`The gateway at ${options.url} does not answer, ${error.message}: trying on.`);
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
