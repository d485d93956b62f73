/** An option of a command: whether it takes a value, may stand several times, and what the help says of it. */
export type Option = { value?: string; several?: boolean; words: string };
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
export type Given = { words: readonly string[]; values: Values };

/** What was asked cannot be understood, or what is needed is not there: one sentence that says what to do, and the exit code. */
export class CommandError extends Error {
  readonly exitCode: number;
  /** Whether the help is of use. */
  readonly showsHelp: boolean;

  constructor(message: string, { exitCode = 2, showsHelp = true }: { exitCode?: number; showsHelp?: boolean } = {}) {
    super(message);
    this.exitCode = exitCode;
    this.showsHelp = showsHelp && exitCode === 2;
  }
}

/** Returns the value of an option that takes one; undefined where it was not given. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** Returns the values of an option that may stand several times. */
export function texts(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value : [];
}

/** Returns a whole number from an option; throws a CommandError that says what it takes. */
export function count(values: Values, name: string, least = 1): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value) && Number(value) >= least) return Number(value);
  throw new CommandError(`--${name} takes a whole number from ${least} on, not "${value}".`);
}

/** Throws a CommandError where words are left over that the command does not take. */
export function refuseMore(words: readonly string[], advice?: string): void {
  if (words.length === 0) return;
  throw new CommandError(`"${words[0]}" is a word too many${advice === undefined ? "" : `: ${advice}`}.`);
}
