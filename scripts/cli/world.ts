import { TrunklineAdmin } from "../../src/sdk/admin.ts";
import { Trunkline } from "../../src/sdk/index.ts";
import { findHere } from "../local/here.mjs";
import { CommandError, text, type Values } from "./given.ts";

/** The options of every command that speaks to a gateway. */
export const gatewayOptions = {
  url: {
    value: "address",
    words: "the gateway; without it TRUNKLINE_URL, else the one that npm start runs here",
  },
  json: { words: "the answer as JSON" },
};

/** The options of every command that speaks as an API key. */
export const keyOptions = {
  key: {
    value: "API key",
    words: "better as TRUNKLINE_API_KEY: a command line can be read by others. Of a gateway here: its first test key",
  },
  ...gatewayOptions,
};

/** What a command has to do with: its output, and the gateway it speaks to. */
export type World = {
  root: string;
  json: boolean;
  /** Prints for a person; silent where JSON is asked for. */
  say(line: string): void;
  /** Prints for a program: one document, or one line of many; silent where a person reads. */
  give(answer: unknown, line?: boolean): void;
  /** Says what is no answer: on the error stream, always. */
  note(line: string): void;
  /** The gateway as an API key sees it. */
  client(): Trunkline;
  /** The gateway as its operator sees it. */
  admin(): TrunklineAdmin;
  /** Where the gateway is. */
  url(): string;
};

/** Returns the world of one command. */
export function makeWorld(root: string, values: Values, environment: NodeJS.ProcessEnv = process.env): World {
  const named = text(values, "url") || environment.TRUNKLINE_URL || undefined;
  const json = values.json === true;
  const here = () => orRefuse(findHere(root, environment));
  const url = () => named ?? here().url;
  return {
    root,
    json,
    say: (line) => json || console.log(line),
    give: (answer, line = false) => json && console.log(JSON.stringify(answer, null, line ? 0 : 2)),
    note: (line) => console.error(line),
    url,
    client() {
      const key = text(values, "key") || environment.TRUNKLINE_API_KEY || environment.TRUNKLINE_KEY || undefined;
      const apiKey = key ?? (named === undefined ? here().firstKey : undefined);
      if (apiKey === undefined) throw new CommandError("Which API key? Put it into TRUNKLINE_API_KEY.");
      return orExplain(() => new Trunkline({ apiKey, baseUrl: url() }));
    },
    admin() {
      const adminToken = environment.ADMIN_TOKEN || (named === undefined ? here().adminToken : undefined);
      if (adminToken === undefined) throw new CommandError("Put the gateway's admin token into ADMIN_TOKEN.");
      return orExplain(() => new TrunklineAdmin({ adminToken, baseUrl: url() }));
    },
  };
}

/** The gateway that `npm start` runs on this state. */
function orRefuse(here: ReturnType<typeof findHere>) {
  if (here !== null) return here;
  const message = "No gateway runs here: start it with npm start, or name one with --url (or TRUNKLINE_URL).";
  throw new CommandError(message, { exitCode: 1 });
}

function orExplain<C>(make: () => C): C {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(error.message.replace(/^baseUrl/, "--url"));
  }
}
