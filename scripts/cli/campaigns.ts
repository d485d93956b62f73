import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { Answer, Campaign, Trunkline } from "../../src/sdk/index.ts";
import type { OwnCommand } from "./command.ts";
import { CommandError, count, refuseMore, text, type Values } from "./given.ts";
import { columns, oneLine } from "./print.ts";
import { keyOptions, type World } from "./world.ts";

/** `trunkline campaigns`. */
export const campaigns: OwnCommand = {
  name: "campaigns",
  takes:
    "[create <name> | people <id> | show <id> | preview <id> | test <id> <number> | start <id> | pause <id> | resume <id> | cancel <id> | results <id>]",
  summary:
    "Lists an API key's campaigns, makes one, gives it people, starts and steers it, and prints what became of everybody",
  details:
    "A campaign begins as a draft: nothing is sent before start. people takes --file (CSV) or --tag. results prints CSV, a line for each row of the list, whether --json is there or not.",
  example: "npx trunkline campaigns create Spring --text 'Hi {first_name|there}, we are open again.'",
  options: {
    text: { value: "text", words: "what it says, with fields such as {first_name|there}" },
    ask: { value: "text", words: "a question that comes first, such as 'Reply YES to hear from us'" },
    pace: { value: "messages", words: "messages a minute at most" },
    file: { value: "CSV", words: "its people, with a column called phone" },
    tag: { value: "tag", words: "its people: every contact with this tag" },
    at: { value: "time", words: "start then, such as 2027-01-31T09:00:00Z" },
    ...keyOptions,
  },
  async run({ words, values }, world) {
    const [what = "list", named, ...more] = words;
    if (what === "list") return list(world);
    const act = acts[what];
    if (act === undefined) throw new CommandError(unknown(what));
    if (named === undefined)
      throw new CommandError(
        what === "create" ? "Give the campaign a name." : `Which campaign? Its id follows ${what}.`,
      );
    refuseMore(what === "test" ? more.slice(1) : more);
    return act(world, named, { values, more });
  },
};

const unknown = (what: string) =>
  `campaigns takes list, create, people, show, preview, test, start, pause, resume, cancel or results, not "${what}".`;

type Act = (world: World, named: string, given: { values: Values; more: readonly string[] }) => Promise<number>;

const acts: Readonly<Record<string, Act>> = {
  async create({ client, give, say }, name, { values }) {
    const said = text(values, "text");
    if (said === undefined) throw new CommandError("What shall it say? Give --text.");
    const question = text(values, "ask");
    const pace = count(values, "pace");
    const people = await readPeople(values);
    const made = await client().campaigns.create({
      name,
      text: said,
      ...(question === undefined ? {} : { double_opt_in: { text: question } }),
      ...(pace === undefined ? {} : { pace_per_minute: pace }),
    });
    const campaign = people === null ? made : await people(client(), made.campaign_id);
    give(campaign);
    say(tell(campaign));
    return 0;
  },
  async people({ client, give, say }, id, { values }) {
    const people = await readPeople(values);
    if (people === null) throw new CommandError("Who is it? Give --file or --tag.");
    const campaign = await people(client(), id);
    give(campaign);
    say(tell(campaign));
    return 0;
  },
  async show({ client, give, say }, id) {
    const campaign = await client().campaigns.get(id);
    give(campaign);
    say(`${tell(campaign)}\n${tellNumbers(campaign)}`);
    return 0;
  },
  async preview({ client, give, say }, id) {
    const shown = await client().campaigns.preview(id);
    give(shown);
    const rows = shown.people.map((one) => [
      one.line,
      one.to,
      one.number_of_message_parts,
      one.from_number ?? one.reason,
      oneLine(one.text ?? ""),
    ]);
    say(
      `${columns(["LINE", "TO", "PARTS", "FROM", "TEXT"], rows)}\n${shown.total} wait, ${shown.estimated_parts} parts.`,
    );
    return 0;
  },
  async test({ client, give, say }, id, { more: [to] }) {
    if (to === undefined) throw new CommandError("To which number?");
    const sent = await client().campaigns.test(id, to);
    give(sent);
    say(`${sent.message_id} from ${sent.from_number}: ${oneLine(sent.text ?? "")}`);
    return 0;
  },
  async start({ client, give, say }, id, { values }) {
    const campaign = await client().campaigns.start(id, readTime(values));
    give(campaign);
    say(tell(campaign));
    return 0;
  },
  pause: (world, id) => steer(world, (client) => client.campaigns.pause(id)),
  resume: (world, id) => steer(world, (client) => client.campaigns.resume(id)),
  cancel: (world, id) => steer(world, (client) => client.campaigns.cancel(id)),
  async results({ client }, id) {
    const lines = await client().campaigns.results(id);
    await pipeline(Readable.fromWeb(lines as ReadableStream), process.stdout, { end: false });
    return 0;
  },
};

async function steer({ client, give, say }: World, how: (client: Trunkline) => Promise<Campaign>): Promise<number> {
  const campaign = await how(client());
  give(campaign);
  say(tell(campaign));
  return 0;
}

/** Returns what gives a campaign its people, null where none are named: read before anything is made, so that a slip leaves no draft behind. */
async function readPeople(values: Values): Promise<((client: Trunkline, id: string) => Promise<Campaign>) | null> {
  const [path, tag] = [text(values, "file"), text(values, "tag")];
  if (path !== undefined && tag !== undefined)
    throw new CommandError("--file and --tag do not go together: a campaign has one list.");
  if (path !== undefined) {
    const file = await openFile(path);
    return (client, id) => client.campaigns.upload(id, file);
  }
  return tag === undefined ? null : (client, id) => client.campaigns.takeTag(id, tag);
}

/** Whether a file is missing is thrown at once by one Node and rejected by another. */
async function openFile(path: string): Promise<Blob> {
  try {
    if (!(await stat(path)).isFile()) throw new Error("it is no file");
    return await openAsBlob(path, { type: "text/csv" });
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}.`, { exitCode: 1 });
  }
}

function readTime(values: Values): number | undefined {
  const given = text(values, "at");
  if (given === undefined) return undefined;
  const at = Date.parse(given);
  if (Number.isNaN(at)) throw new CommandError(`--at takes a time such as 2027-01-31T09:00:00Z, not "${given}".`);
  return at;
}

function tell({ campaign_id, name, state, audience, progress, held_by }: Campaign): string {
  const rejected = Object.entries(audience.rejected).map(([why, rows]) => `${rows} ${why}`);
  const lines = [
    `${campaign_id}  ${oneLine(name)}  ${state}`,
    `${audience.rows} rows: ${progress.waiting} wait, ${progress.asked ?? 0} asked, ${progress.taken} taken, ${progress.refused} refused, ${progress.rejected} rejected`,
    ...(rejected.length === 0 ? [] : [`rejected: ${rejected.join(", ")}`]),
    ...(held_by === null ? [] : [`It waits: ${held_by.message}`]),
  ];
  return lines.join("\n");
}

function tellNumbers({ numbers }: Answer<"getCampaign">): string {
  const statuses = Object.entries(numbers.statuses).map(([status, messages]) => `${messages} ${status}`);
  return `${statuses.join(", ") || "no message yet"}; ${numbers.parts} parts, ${numbers.clicked} clicked, ${numbers.replied} answered, ${numbers.opted_out} opted out`;
}

async function list({ client, give, say }: World): Promise<number> {
  const page = await client().campaigns.list();
  give(page);
  const rows = page.campaigns.map((one) => [
    one.campaign_id,
    oneLine(one.name),
    one.state,
    one.audience.rows,
    one.progress.taken,
  ]);
  say(
    rows.length === 0
      ? "No campaign: make one with npx trunkline campaigns create <name> --text <text>."
      : columns(["ID", "NAME", "STATE", "ROWS", "TAKEN"], rows),
  );
  return 0;
}
