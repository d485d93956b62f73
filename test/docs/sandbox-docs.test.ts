import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { magicRecipients, magicSenders } from "../../src/carriers/sandbox/magic.ts";

const page = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
const rows = page.split("\n").filter((line) => /^\| `\+/.test(line));

test("docs/sandbox.md lists every magic recipient with what it does, and no other", () => {
  const wanted = Object.entries(magicRecipients).map(([recipient, { meaning }]) => `| \`${recipient}\` | ${meaning} |`);
  const shown = rows.filter(
    (row) => Object.hasOwn(magicRecipients, row.split("`")[1] ?? "") && !row.includes("every send"),
  );
  expect(shown).toEqual(wanted);
});

test("docs/sandbox.md lists the senders that are always refused", () => {
  for (const [sender, { code }] of Object.entries(magicSenders)) {
    expect(page).toContain(`| \`${sender}\` | every send refused with ${code} |`);
  }
});
