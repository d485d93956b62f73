import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lineRecipients } from "../../src/carriers/sandbox/mac/script.ts";
import { magicRecipients, magicSenders } from "../../src/carriers/sandbox/magic.ts";

const page = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
/** The rows of recipients and senders below a table's first heading. */
function rowsBelow(heading: string): string[] {
  const lines = page.slice(page.indexOf(`| ${heading} |`)).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(2, end);
}

const tell = (course: Readonly<Record<string, { meaning: string }>>) =>
  Object.entries(course).map(([recipient, { meaning }]) => `| \`${recipient}\` | ${meaning} |`);

test("docs/sandbox.md lists every magic recipient with what it does, and no other", () => {
  expect(rowsBelow("recipient")).toEqual(tell(magicRecipients));
});

test("docs/sandbox.md lists every magic recipient of a line with what it does, and no other", () => {
  expect(rowsBelow("recipient of a line").toSorted()).toEqual(tell(lineRecipients).toSorted());
});

test("docs/sandbox.md lists the senders that are always refused", () => {
  for (const [sender, { code }] of Object.entries(magicSenders)) {
    expect(page).toContain(`| \`${sender}\` | every send refused with ${code} |`);
  }
});
