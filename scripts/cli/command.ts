import type { Given, Option } from "./given.ts";
import type { World } from "./world.ts";

type Described = {
  name: string;
  /** What follows the name: `<to> <text>`. */
  takes: string;
  summary: string;
  /** One line that works as it stands, its ids as variables of a shell. */
  example: string;
};

/** A command of ours. `run` returns the exit code: 0 done, 1 not come about. */
export type OwnCommand = Described & {
  options: Readonly<Record<string, Option>>;
  details?: string;
  run(given: Given, world: World): Promise<number>;
};

/** A command that one of the project's scripts is: its options are its own. */
export type ScriptCommand = Described & { script: string };
export type Command = OwnCommand | ScriptCommand;
