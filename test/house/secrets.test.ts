import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const sources = globSync("src/**/*.{ts,tsx}")
  .filter((file) => !file.endsWith(".test.ts"))
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));
const filesWith = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

it("no password is hashed: the platform gives no time for it, and tokens are random", () => {
  expect(filesWith(/\b(?:PBKDF2|scrypt|argon2|bcrypt)/i)).toEqual([]);
});

it("nothing is read from a replica of the directory, which might not know a revocation yet", () => {
  expect(filesWith(/withSession\(/)).toEqual([]);
});

it("no regular expression repeats what repeats: none takes exponential time", () => {
  const literal = /(?:^|[=(,:;!&|?{}\s[])\/((?![*/])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n[])+)\/[dgimsuvy]*/gm;
  const found = sources.flatMap(({ file, text }) =>
    [...text.matchAll(literal)].map((match) => ({ file, pattern: match[1] ?? "" })),
  );
  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(({ pattern }) => repeatsRepetition(pattern))).toEqual([]);
});

/** Tells whether a group that is repeated without a bound holds a repetition without a bound that nothing fixed stands beside. */
function repeatsRepetition(pattern: string): boolean {
  const plain = pattern.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
  const groups = plain.matchAll(/\((?:\?[:=!]|\?<?[=!]|\?<\w+>)?((?:[^()])*)\)(?:[*+]|\{\d+,\})/g);
  return [...groups].some(([, inside = ""]) => inside.split("|").some((way) => /^x?(?:[*+]|\{\d+,\})$/.test(way)));
}
