/** Where a text stops being JSON (both from 1, columns in UTF-16 units), and what is wrong there; never what the text holds. */
export type JsonFault = { line: number; column: number; why: string };

type Expected = "value" | "value or ]" | "name or }" | "name" | "colon" | "comma or }" | "comma or ]" | "end";
type Cursor = { text: string; at: number; expected: Expected; open: ("{" | "[")[] };

const blank = /[ \t\n\r]*/y;
/** From the blank on, all but the quote and the backslash. */
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plain = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** Returns the first place at which a text is not JSON (RFC 8259), or null where it is; reads once from the front. */
export function findJsonFault(text: string): JsonFault | null {
  const cursor: Cursor = { text, at: 0, expected: "value", open: [] };
  for (;;) {
    skip(cursor, blank);
    if (cursor.expected === "end" && cursor.at === text.length) return null;
    if (!step(cursor)) return describe(cursor);
  }
}

/** Goes one token on; false where the token is not what may stand there. */
function step(cursor: Cursor): boolean {
  const character = cursor.text.charAt(cursor.at);
  switch (cursor.expected) {
    case "end":
      return false;
    case "colon":
      return take(cursor, character === ":", "value");
    case "name":
    case "name or }":
      if (character === "}" && cursor.expected === "name or }") return close(cursor);
      return skip(cursor, string) && expect(cursor, "colon");
    case "comma or }":
    case "comma or ]":
      if (character === cursor.expected.at(-1)) return close(cursor);
      return take(cursor, character === ",", cursor.expected === "comma or }" ? "name" : "value");
    case "value":
    case "value or ]":
      if (character === "]" && cursor.expected === "value or ]") return close(cursor);
      return value(cursor, character);
  }
}

function value(cursor: Cursor, character: string): boolean {
  if (character === "{" || character === "[") {
    cursor.open.push(character);
    return take(cursor, true, character === "{" ? "name or }" : "value or ]");
  }
  return (skip(cursor, string) || skip(cursor, plain)) && expect(cursor, afterValue(cursor));
}

function close(cursor: Cursor): boolean {
  cursor.open.pop();
  return take(cursor, true, afterValue(cursor));
}

function afterValue({ open }: Cursor): Expected {
  const innermost = open.at(-1);
  if (innermost === undefined) return "end";
  return innermost === "{" ? "comma or }" : "comma or ]";
}

function take(cursor: Cursor, fits: boolean, next: Expected): boolean {
  if (!fits) return false;
  cursor.at += 1;
  return expect(cursor, next);
}

function expect(cursor: Cursor, next: Expected): boolean {
  cursor.expected = next;
  return true;
}

function skip(cursor: Cursor, token: RegExp): boolean {
  token.lastIndex = cursor.at;
  const found = token.test(cursor.text);
  if (found) cursor.at = token.lastIndex;
  return found;
}

function describe(cursor: Cursor): JsonFault {
  const before = cursor.text.slice(0, cursor.at);
  const line = before.split("\n").length;
  return { line, column: cursor.at - before.lastIndexOf("\n"), why: reasonOf(cursor, before.trimEnd().at(-1) ?? "") };
}

function reasonOf({ text, at, expected, open }: Cursor, before: string): string {
  const rest = text.slice(at, at + 12);
  if (rest === "")
    return open.length === 0 ? "nothing stands here" : `the body ends, but a ${open.at(-1)} is still open`;
  if (/^['`‘’“”]/.test(rest)) return 'texts and names stand in straight double quotes, "like this"';
  if (before === "," && /^[}\]]/.test(rest)) return "no comma may stand before a closing bracket";
  if (/^\/[/*]/.test(rest)) return "JSON has no comments";
  if (rest.startsWith('"') && !expected.startsWith("comma") && expected !== "colon" && expected !== "end") {
    return "this text is not closed, or holds a raw line break (write \\n) or an unknown escape";
  }
  if (/^(?:True|False|None|NaN|undefined|[+-]?Infinity)\b/.test(rest)) {
    return "only true, false, null, numbers, texts, lists and objects are values";
  }
  return words[expected];
}

const words: Record<Expected, string> = {
  value: "a value is expected",
  "value or ]": "a value or ] is expected",
  name: "a name in double quotes is expected",
  "name or }": "a name in double quotes or } is expected",
  colon: "a colon is expected",
  "comma or }": "a comma or } is expected",
  "comma or ]": "a comma or ] is expected",
  end: "the value is complete, and nothing may follow it",
};
