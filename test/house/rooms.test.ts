import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What each room may and must not import: the table of docs/architecture.md, held against the linter's configuration. */
const table = [
  {
    file: "src/dashboard/pages/x.tsx",
    allowed: ["react", "@tanstack/react-query", "../api.ts", "../parts/problem.tsx", "../../domain/segments.ts"],
    refused: ["hono", "drizzle-orm", "../../flows/send.ts", "../../domain/phone.ts", "../../http/app.ts"],
  },
  {
    file: "src/dashboard/queries/x.ts",
    allowed: ["@tanstack/react-query", "../api.ts", "./keys.ts"],
    refused: ["hono", "../../domain/phone.ts", "../../http/app.ts"],
  },
  {
    file: "src/domain/x.ts",
    allowed: ["./phone.ts", "libphonenumber-js/core", "sms-segments-calculator"],
    refused: ["hono", "drizzle-orm", "cloudflare:workers", "zod", "node:crypto", "../index.ts", "../pool/ledger.ts"],
  },
  {
    file: "src/domain/selection/x.ts",
    allowed: ["./rotation.ts", "../snapshot.ts"],
    refused: ["../../pool/ledger.ts", "../../directory/schema.ts"],
  },
  {
    file: "src/sealing/x.ts",
    allowed: ["./key-ring.ts", "../domain/bytes.ts"],
    refused: ["hono", "drizzle-orm", "cloudflare:workers", "../directory/schema.ts", "../pool/ledger.ts"],
  },
  {
    file: "src/directory/x.ts",
    allowed: ["drizzle-orm", "drizzle-orm/d1", "./schema.ts", "../sealing/envelope.ts", "../domain/snapshot.ts"],
    refused: [
      "hono",
      "cloudflare:workers",
      "../http/app.ts",
      "../flows/send.ts",
      "../pool/ledger.ts",
      "../carriers/carrier.ts",
    ],
  },
  {
    file: "src/carriers/twilio/x.ts",
    allowed: ["../carrier.ts", "../../domain/status.ts"],
    refused: [
      ...["hono", "cloudflare:workers", "drizzle-orm", "../../directory/accounts.ts", "../../pool/ledger.ts"],
      ...["../../http/app.ts", "../../flows/send.ts", "../../sealing/envelope.ts"],
    ],
  },
  {
    file: "src/carriers/sandbox/x.ts",
    allowed: ["hono", "cloudflare:workers", "../carrier.ts", "../../domain/status.ts"],
    refused: ["drizzle-orm", "../../directory/accounts.ts", "../../pool/ledger.ts", "../../flows/send.ts"],
  },
  {
    file: "src/pool/x.ts",
    allowed: [
      "cloudflare:workers",
      "./ledger/messages.ts",
      "../carriers/carrier.ts",
      "../sealing/envelope.ts",
      "../domain/status.ts",
    ],
    refused: [
      "hono",
      "@hono/zod-validator",
      "drizzle-orm/d1",
      "../directory/schema.ts",
      "../flows/send.ts",
      "../http/app.ts",
    ],
  },
  {
    file: "src/pool/sending/x.ts",
    allowed: ["../settling/settle.ts", "../numbers/choose.ts", "../telling/outbox.ts", "../ledger/messages.ts"],
    refused: ["hono", "drizzle-orm", "../../flows/messages/send.ts", "../campaigns/feed.ts"],
  },
  {
    file: "src/pool/campaigns/x.ts",
    allowed: ["../sending/accept.ts", "../settling/settle.ts", "../numbers/choose.ts", "../ledger/campaigns.ts"],
    refused: ["hono", "drizzle-orm", "../../flows/messages/send.ts"],
  },
  {
    file: "src/pool/settling/x.ts",
    allowed: ["../numbers/number-health.ts", "../people/opt-outs.ts", "../telling/outbox.ts", "../desk.ts"],
    refused: ["hono", "../sending/dispatch.ts", "../receiving/receive.ts"],
  },
  {
    file: "src/pool/receiving/x.ts",
    allowed: ["../people/opt-outs.ts", "../telling/outbox.ts", "../ledger/heard.ts"],
    refused: ["hono", "../campaigns/feed.ts", "../sending/accept.ts", "../settling/settle.ts", "../numbers/choose.ts"],
  },
  {
    file: "src/pool/numbers/x.ts",
    allowed: ["../telling/outbox.ts", "../ledger/pace.ts", "../desk.ts"],
    refused: ["hono", "../sending/accept.ts", "../settling/settle.ts", "../people/opt-outs.ts"],
  },
  {
    file: "src/pool/people/x.ts",
    allowed: ["../telling/outbox.ts", "../ledger/chats.ts"],
    refused: ["hono", "../sending/accept.ts", "../settling/settle.ts", "../numbers/choose.ts"],
  },
  {
    file: "src/pool/telling/x.ts",
    allowed: ["../ledger/events.ts", "../desk.ts"],
    refused: ["hono", "../sending/accept.ts", "../settling/settle.ts", "../numbers/choose.ts", "../people/contacts.ts"],
  },
  {
    file: "src/pool/ledger/x.ts",
    allowed: ["./messages.ts", "../../domain/message.ts", "../../carriers/twilio/errors.ts"],
    refused: ["hono", "../desk.ts", "../telling/outbox.ts", "../settling/settle.ts"],
  },
  {
    file: "src/flows/x.ts",
    allowed: ["../directory/numbers.ts", "../carriers/carrier.ts", "../domain/retry.ts", "./send.ts"],
    refused: ["hono", "drizzle-orm", "cloudflare:workers", "../pool/number-pool.ts", "../http/errors.ts"],
  },
  {
    file: "src/sdk/x.ts",
    allowed: ["./wire.ts", "./error.ts"],
    refused: ["zod", "hono", "node:crypto", "../domain/event.ts", "../http/table.ts"],
  },
  {
    file: "src/http/v2/x.ts",
    allowed: [
      "hono",
      "zod",
      "../../flows/send.ts",
      "../../directory/numbers.ts",
      "../../domain/failure.ts",
      "../errors.ts",
    ],
    refused: ["drizzle-orm", "../../directory/schema.ts", "../../pool/ledger.ts", "../../carriers/carrier.ts"],
  },
];

const cases = table.flatMap(({ file, allowed, refused }) => [
  ...allowed.map((specifier) => ({ file, specifier, verdict: "allowed" })),
  ...refused.map((specifier) => ({ file, specifier, verdict: "refused" })),
]);

describe("the linter knows who may import whom", () => {
  const house = mkdtempSync(join(tmpdir(), "trunkline-rooms-"));
  let refusedFiles = new Set<string>();

  const placeOf = (index: number, file: string) => `${dirname(file)}/case-${index}${extname(file)}`;

  beforeAll(() => {
    for (const name of ["biome.json", ".gitignore"]) cpSync(name, join(house, name));
    for (const [index, { file, specifier }] of cases.entries()) {
      const place = join(house, placeOf(index, file));
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, `import { thing } from "${specifier}";\n\nexport const used = thing;\n`);
    }
    refusedFiles = lint(house);
  });

  afterAll(() => rmSync(house, { recursive: true }));

  for (const [index, { file, specifier, verdict }] of cases.entries()) {
    test(`${file}: ${specifier} is ${verdict}`, () => {
      expect(refusedFiles.has(placeOf(index, file))).toBe(verdict === "refused");
    });
  }
});

describe("files that import each other are refused", () => {
  const circles = [
    { what: "two files by values", first: 'import { b } from "./b.ts";', second: 'import { a } from "./a.ts";' },
    { what: "a type one way", first: 'import type { b } from "./b.ts";', second: 'import { a } from "./a.ts";' },
    { what: "types both ways", first: 'import type { b } from "./b.ts";', second: 'import type { a } from "./a.ts";' },
  ];

  for (const { what, first, second } of circles) {
    test(what, () => {
      const house = mkdtempSync(join(tmpdir(), "trunkline-circle-"));
      for (const name of ["biome.json", ".gitignore"]) cpSync(name, join(house, name));
      mkdirSync(join(house, "src/domain"), { recursive: true });
      writeFileSync(join(house, "src/domain/a.ts"), `${first}\n\nexport type a = typeof b;\n`);
      writeFileSync(join(house, "src/domain/b.ts"), `${second}\n\nexport type b = typeof a;\n`);
      writeFileSync(join(house, "src/domain/c.ts"), 'import type { a } from "./a.ts";\n\nexport type c = a;\n');
      expect(lint(house, "suspicious/noImportCycles")).toEqual(new Set(["src/domain/a.ts", "src/domain/b.ts"]));
      rmSync(house, { recursive: true });
    });
  }
});

/** The files of a folder in which Biome finds what one rule refuses. */
function lint(folder: string, rule = "style/noRestrictedImports"): Set<string> {
  const args = ["lint", `--only=${rule}`, "--reporter=github", "--max-diagnostics=none", "."];
  const said = runFailing(join(process.cwd(), "node_modules/.bin/biome"), args, folder);
  const found = said.matchAll(new RegExp(`title=lint/${rule},file=[^,]*?(src/[^,]+),`, "g"));
  return new Set([...found].map((match) => match[1] ?? ""));
}

function runFailing(command: string, args: string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    // Biome exits with 1 when it finds something; its findings are on standard output.
    return String((error as { stdout: string }).stdout);
  }
}

describe("what the linter cannot see", () => {
  const sources = listSources("src").map((file) => ({ file, text: readFileSync(file, "utf8") }));
  const filesWith = (pattern: RegExp, room = "src/") =>
    sources.filter(({ file, text }) => file.startsWith(room) && pattern.test(text)).map(({ file }) => file);

  test("domain/ has no clock and no randomness", () => {
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\bgetRandomValues\(/;
    expect(filesWith(impure, "src/domain/")).toEqual([]);
  });

  test("no write waits unconfirmed: nothing leaves before it is durable", () => {
    expect(filesWith(/\ballowUnconfirmed\b/)).toEqual([]);
  });

  test("methods are hidden with #, since `private` ones can be called over RPC", () => {
    expect(filesWith(/^\s*(private|protected)\s/m)).toEqual([]);
  });
});

/** Every source file below a folder, tests left out. */
function listSources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
}
