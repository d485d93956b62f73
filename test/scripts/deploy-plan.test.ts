import { describe, expect, it } from "vitest";
import { explain, wordsOf } from "../../scripts/deploy/failure.mjs";
import { chooseAccount, gatherSecrets, planDeployment, sayAccounts } from "../../scripts/deploy/plan.mjs";
import { readTargets } from "../../scripts/deploy/wrangler.mjs";

const one = { id: "a".repeat(32), name: "One" };
const two = { id: "b".repeat(32), name: "Two" };
const both = ["ADMIN_TOKEN", "MASTER_KEYS"];

describe("the account to deploy to", () => {
  it("is the only one, or the one that is wished", () => {
    expect(chooseAccount([one], undefined)).toBe(one.id);
    expect(chooseAccount([one, two], two.id)).toBe(two.id);
    expect(chooseAccount([], two.id)).toBe(two.id);
  });

  it("is asked for where there are several, and where nobody can be asked they are named", () => {
    expect(chooseAccount([one, two], undefined)).toBeNull();
    expect(sayAccounts([one, two])).toMatchObject({
      code: 2,
      message: expect.stringMatching(/CLOUDFLARE_ACCOUNT_ID[\s\S]*a{32}[\s\S]*b{32}/),
    });
  });

  it.each([
    ["no login", null, undefined, 1, /npx wrangler login/],
    ["another's account", [one], two.id, 2, /none of this login's accounts[\s\S]*a{32}/],
    ["a login without accounts", [], undefined, 2, /CLOUDFLARE_ACCOUNT_ID/],
  ])("is refused with the way on for %s", (_what, accounts, wished, code, words) => {
    expect(() => chooseAccount(accounts, wished)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(words) }),
    );
  });
});

describe("what a deployment makes", () => {
  const plan = (found: object) =>
    planDeployment({ worker: null, databases: [], databaseName: "trunkline", ...found } as never);

  it("is what is missing, and nothing that is there", () => {
    expect(plan({})).toEqual({ database: true, secrets: both });
    expect(plan({ databases: ["trunkline"] })).toEqual({ database: false, secrets: both });
    expect(plan({ worker: both, databases: ["other", "trunkline"] })).toEqual({ database: false, secrets: [] });
    expect(plan({ worker: ["ADMIN_TOKEN"], databases: ["trunkline"] })).toEqual({
      database: false,
      secrets: ["MASTER_KEYS"],
    });
  });

  it("is no empty database for a Worker whose own was renamed or deleted, unless that is wished", () => {
    const renamed = { worker: both, databases: ["sms-of-acme"] };
    expect(() => plan(renamed)).toThrow(
      /renamed or deleted[\s\S]*sms-of-acme[\s\S]*database_name[\s\S]*--new-database/,
    );
    expect(plan({ ...renamed, newDatabase: true })).toEqual({ database: true, secrets: [] });
  });
});

describe("the secrets of a deployment", () => {
  const gather = (found: object) =>
    gatherSecrets({ missing: both, environment: {}, notes: {}, holdsData: false, ...found } as never);

  it("are made of enough randomness, each time others", () => {
    const [first, second] = [gather({}), gather({})];
    expect(first.made).toEqual(both);
    expect(first.secrets).toEqual({
      ADMIN_TOKEN: expect.stringMatching(/^[0-9a-f]{64}$/),
      MASTER_KEYS: expect.stringMatching(/^k1:[A-Za-z0-9+/]{43}=$/),
    });
    expect(second.secrets).not.toEqual(first.secrets);
  });

  it("are those of the environment, then those of the notebook, and only of what is missing", () => {
    const notes = { ADMIN_TOKEN: "kept", MASTER_KEYS: "k1:kept" };
    expect(gather({ notes })).toEqual({ secrets: notes, made: [] });
    expect(gather({ notes, environment: { ADMIN_TOKEN: "given" } }).secrets).toEqual({
      ...notes,
      ADMIN_TOKEN: "given",
    });
    expect(gather({ notes, missing: [] })).toEqual({ secrets: {}, made: [] });
  });

  it("are no new master keys for a database that holds what others sealed", () => {
    expect(() => gather({ holdsData: true })).toThrow(/sealed by master keys[\s\S]*Set MASTER_KEYS/);
    expect(gather({ holdsData: true, notes: { MASTER_KEYS: "k1:kept" } }).made).toEqual(["ADMIN_TOKEN"]);
    expect(gather({ holdsData: true, missing: ["ADMIN_TOKEN"] }).made).toEqual(["ADMIN_TOKEN"]);
  });
});

describe("what wrangler says", () => {
  it("of where the code is served gives https addresses, a domain of one's own first", () => {
    const targets = [
      "trunkline.example.workers.dev",
      "schedule: * * * * *",
      "Consumer for trunkline-bell",
      "sms.example.com (custom domain)",
    ];
    const output = [{ type: "wrangler-session" }, { type: "deploy", targets }]
      .map((line) => JSON.stringify(line))
      .join("\n");
    expect(readTargets(output)).toEqual(["https://sms.example.com", "https://trunkline.example.workers.dev"]);
    expect(readTargets('{"type":"deploy","targets":["https://trunkline.example.workers.dev"]}\n')).toEqual([
      "https://trunkline.example.workers.dev",
    ]);
    expect(readTargets("")).toEqual([]);
  });

  it.each([
    [
      "A request to the Cloudflare API failed. Authentication error [code: 10000]",
      /permissions Workers Scripts, D1 and Queues/,
    ],
    ["You have reached the maximum number of databases. [code: 7406]", /plan has no more room/],
    ["Queues limit exceeded", /docs\/operate\.md/],
    ["fetch failed", /cloudflarestatus/],
    ["Received a malformed response: 503 Service Unavailable", /try again in a few minutes/],
    ["Something nobody has seen", /^Step: Something nobody has seen\nNothing is lost: npm run deploy goes on/],
  ])("where it fails is said with its step and the way on: %s", (said, way) => {
    const stderr = `\u001b[31m✘ \u001b[41mERROR]\u001b[0m ${said}\n\nIf you think this is a bug then please create an issue\n`;
    const { message, code } = explain("Step", { stdout: "noise", stderr });
    expect(message).toMatch(way);
    expect(message).toContain(`Step: ${said}`);
    expect(message).toContain("npm run deploy");
    expect(message).not.toMatch(/noise|bug/);
    expect(code).toBe(1);
  });

  it("is never nothing", () => expect(wordsOf("")).toBe("wrangler said nothing."));
});
