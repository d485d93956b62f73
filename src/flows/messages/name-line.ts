import { findApiKey } from "../../directory/api-keys.ts";
import { findNumber } from "../../directory/numbers.ts";
import { type Failure, fail } from "../../domain/failure.ts";
import type { Deps } from "../deps.ts";

/** Where the line's number stands in a text. */
const mark = "{reply_line}";

type Worded = { text?: string | string[] | null | undefined; reply_line?: string | null | undefined };

/** Writes the line into a body; a body that cannot be written comes back as it was, with the reason. */
export type LineNamer = <B extends Worded>(body: B) => Promise<{ body: B; failure: Failure | null }>;

/**
 * Returns what writes the line that answers go to into a body, where its text says `{reply_line}`: an iMessage line that a key of the same organization holds. Without
 * `reply_line` a body stays as it is, and nothing is asked; each line is looked up once.
 */
export function lineNamer(deps: Deps, keyId: string): LineNamer {
  const known = new Map<string, Promise<string | null>>();
  const wordsFor = (line: string) => {
    const words = known.get(line) ?? findLine(deps, keyId, line);
    known.set(line, words);
    return words;
  };
  return async (body) => {
    const { reply_line: line, text } = body;
    if (line == null) return { body, failure: null };
    const texts = typeof text === "string" ? [text] : (text ?? []);
    if (!texts.some((one) => one.includes(mark))) return { body, ...fail("invalid_request", unnamed) };
    const words = await wordsFor(line.trim());
    if (words === null) return { body, ...fail("invalid_request", noLine) };
    const written = texts.map((one) => one.replaceAll(mark, words));
    return { body: { ...body, text: Array.isArray(text) ? written : written[0] }, failure: null };
  };
}

const unnamed = `reply_line is written where the text says ${mark}, and it nowhere does.`;
const noLine = "reply_line must be an iMessage line that an API key of your organization holds.";

async function findLine(deps: Deps, keyId: string, line: string): Promise<string | null> {
  const [key, number] = await Promise.all([findApiKey(deps.db, keyId), findNumber(deps.db, line)]);
  if (number?.channel !== "imessage" || number.apiKeyId === null) return null;
  return number.organizationId === key?.organizationId ? wordsOf(number.address) : null;
}

/** As people write it: numbers of the North American plan with brackets, others as they are. */
function wordsOf(address: string): string {
  return address.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
}
