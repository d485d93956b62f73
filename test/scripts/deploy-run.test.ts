import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refuseTaken } from "../../scripts/deploy/domain.mjs";
import { openAccountNotebook } from "../../scripts/deploy/notebook.mjs";
import { deploy } from "../../scripts/deploy/run.mjs";

const toml = { d1_databases: [{ database_name: "trunkline" }] };
const account = { id: "a".repeat(32), name: "One" };
const version = "9.9.9";

/** The order of the steps that change something, each by the name of the call. */
const changing = ["createDatabase", "migrate", "upload"] as const;
type Step = (typeof changing)[number];

class Killed extends Error {}

/** An account as a deployment leaves it; `killAt` ends the run before or after a step has had its effect. */
class Account {
  secrets: Record<string, string> | null = null;
  databases: string[] = [];
  migrated = 0;
  uploads = 0;
  made: string[] = [];
  killAt: { step: Step; when: "before" | "after" } | null = null;
  data = false;
  url = "";

  choose() {}
  whoAmI = async () => [account];
  listSecrets = async () => (this.secrets === null ? null : Object.keys(this.secrets));
  listDatabases = async () => this.databases;
  holdsData = async () => this.data;
  readBookmark = async () => "bookmark-1";
  createDatabase = (name: string) =>
    this.#change("createDatabase", () => {
      if (this.databases.includes(name)) throw new Error("A second database of the same name.");
      this.databases.push(name);
      this.made.push(name);
    });
  migrate = () =>
    this.#change("migrate", () => {
      if (this.databases.length !== 1) throw new Error("There is no database to migrate.");
      this.migrated += 1;
    });
  upload = async ({ secrets }: { secrets: Record<string, string> }) => {
    await this.#change("upload", () => {
      if (this.migrated === 0) throw new Error("The code would meet old tables.");
      const overwritten = Object.keys(secrets).filter((name) => name in (this.secrets ?? {}));
      if (overwritten.length > 0) throw new Error(`Overwritten: ${overwritten.join(", ")}`);
      this.secrets = { ...this.secrets, ...secrets };
      if (Object.keys(this.secrets).length !== 2) throw new Error("A required secret is missing.");
      this.uploads += 1;
    });
    return [this.url];
  };

  async #change(step: Step, work: () => void) {
    if (this.killAt?.step === step && this.killAt.when === "before") throw new Killed();
    work();
    if (this.killAt?.step === step && this.killAt.when === "after") throw new Killed();
  }
}

let folder: string;
let server: Server;
let cloud: Account;
let said: string[];
/** The least of a gateway that a deployment asks: the real one is asked in test/e2e/deploy.test.ts. */
let gateway: { publicUrl: string | null; keys: number; puts: string[] };

beforeEach(async () => {
  folder = mkdtempSync(`${tmpdir()}/trunkline-deploy-test-`);
  gateway = { publicUrl: null, keys: 0, puts: [] };
  said = [];
  cloud = new Account();
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answer(`${request.method} ${request.url}`, request.headers.authorization ?? "", body)));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  cloud.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function answer(call: string, authorization: string, body: string): object {
  if (call === "GET /healthz") return { status: "ok", version };
  if (authorization !== `Bearer ${cloud.secrets?.ADMIN_TOKEN}`) return { code: "unauthorized" };
  if (call === "PUT /admin/api/public-url") {
    gateway.publicUrl = JSON.parse(body).url;
    gateway.puts.push(JSON.parse(body).url);
  }
  if (call === "POST /admin/api/api-keys") gateway.keys += 1;
  return {
    url: gateway.publicUrl,
    source: "directory",
    former: [],
    numbers_behind: 0,
    checks: [{ name: "cron", ok: false, detail: "It does not run.", help: "See to it." }],
    organizations: [],
    pagination: { limit: 1, offset: 0, total: gateway.keys },
    key: `tl_test_${"k".repeat(40)}`,
    api_key_id: "key_1",
    integrations: [{ integration_id: "int_1", sandbox: true }],
    numbers: [{ phone_number: "+15005550006", friendly_name: "Sandbox" }],
    results: [{ phone_number: "+15005550006", status: "imported" }],
  };
}

function run(more: { environment?: object; options?: object; keeps?: boolean } = {}) {
  return deploy({
    cloud,
    openNotebook: (id: string) => openAccountNotebook(folder, id, more.keeps ?? true),
    environment: { ...more.environment },
    options: { dryRun: false, newDatabase: false, ...more.options },
    toml,
    version,
    say: (line: string) => void said.push(line),
    ask: null,
  } as never);
}

const output = () => said.join("\n");
function expectNoSecret() {
  for (const value of Object.values(cloud.secrets ?? {})) expect(output()).not.toContain(value);
}

describe("a deployment", () => {
  it("makes what a fresh account lacks, migrates before the code, and says where it is without any secret", async () => {
    await run();
    expect(cloud).toMatchObject({ made: ["trunkline"], migrated: 1, uploads: 1 });
    expect(gateway).toEqual({ publicUrl: cloud.url, keys: 1, puts: [cloud.url] });
    expect(output()).toContain(`${cloud.url}/app/sign-in#claim=`);
    expect(output()).toContain("curl -sS -X POST");
    expect(output()).toContain("Amiss        cron: It does not run. See to it.");
    expectNoSecret();
  });

  it("made again changes nothing but the code, and notes the way back before the migrations", async () => {
    await run();
    const before = { ...cloud.secrets };
    await run();
    expect(cloud).toMatchObject({ made: ["trunkline"], secrets: before, uploads: 2 });
    expect(gateway).toMatchObject({ keys: 1, puts: [cloud.url] });
    expect(output()).toContain("time-travel restore DB --bookmark=bookmark-1");
    expectNoSecret();
  });

  const cuts = changing.flatMap((step) => (["before", "after"] as const).map((when) => ({ step, when })));
  it.each(cuts)("that was killed $when $step and is repeated ends the same and makes nothing twice", async (cut) => {
    cloud.killAt = cut;
    await expect(run()).rejects.toThrow(Killed);
    const uploaded = cloud.secrets === null ? null : { ...(cloud.secrets as Record<string, string>) };
    const kept = { ...openAccountNotebook(folder, account.id, true).notes };
    cloud.killAt = null;
    await run();
    expect(cloud.made).toEqual(["trunkline"]);
    expect(cloud.databases).toEqual(["trunkline"]);
    if (uploaded !== null) expect(cloud.secrets).toEqual(uploaded);
    expect(cloud.secrets).toEqual({ ADMIN_TOKEN: kept.ADMIN_TOKEN, MASTER_KEYS: kept.MASTER_KEYS });
    expect(gateway.keys).toBe(1);
    expectNoSecret();
  });

  it("of a Worker whose database stayed takes the master keys that this machine kept", async () => {
    await run();
    const before = cloud.secrets;
    Object.assign(cloud, { secrets: null, data: true });
    await run();
    expect(cloud.secrets).toEqual(before);
  });

  it("refuses to seal anew what a database holds, and makes nothing", async () => {
    Object.assign(cloud, { databases: ["trunkline"], migrated: 1, data: true });
    await expect(run()).rejects.toThrow(/Set MASTER_KEYS/);
    expect(cloud).toMatchObject({ secrets: null, uploads: 0, made: [] });
    await run({ environment: { MASTER_KEYS: "k1:of-before" } });
    expect(cloud.secrets?.MASTER_KEYS).toBe("k1:of-before");
  });

  it("in CI keeps nothing on the machine, prints no key, and makes none at each run", async () => {
    await run({ keeps: false });
    expect(output()).toContain("known to nobody but the Worker");
    expect(output()).toContain("#claim=");
    expectNoSecret();
    said = [];
    await run({ keeps: false });
    expect(output()).toContain("does not know its ADMIN_TOKEN");
    expect(gateway).toMatchObject({ keys: 0, puts: [cloud.url] });
    expect(openAccountNotebook(folder, account.id, true).notes).toEqual({});
  });

  it("leaves an address that a person has chosen", async () => {
    gateway.publicUrl = "https://sms.example.com";
    await run();
    expect(gateway.puts).toEqual([]);
    expect(output()).toContain("https://sms.example.com, as it was");
  });

  it("that only says what it would do does nothing", async () => {
    await run({ options: { dryRun: true } });
    expect(cloud).toMatchObject({ made: [], migrated: 0, uploads: 0, secrets: null });
    expect(output()).toMatch(
      /would make and upload ADMIN_TOKEN, MASTER_KEYS[\s\S]*would create trunkline[\s\S]*Nothing was changed/,
    );
    expect(openAccountNotebook(folder, account.id, true).notes).toEqual({});
  });

  it("says that the admin token of this machine is not the Worker's", async () => {
    await run();
    if (cloud.secrets !== null) cloud.secrets.ADMIN_TOKEN = "another";
    server.removeAllListeners("request");
    server.on("request", (request, response) => {
      response.statusCode = request.url === "/healthz" ? 200 : 401;
      response.end(JSON.stringify({ status: "ok", version, message: "Wrong token." }));
    });
    await expect(run()).rejects.toThrow(/answered 401: Wrong token\.[\s\S]*npx wrangler secret put ADMIN_TOKEN/);
  });
});

describe("a domain", () => {
  it("that leads elsewhere is refused before wrangler could replace its record", async () => {
    await expect(refuseTaken("taken.invalid", async () => true)).rejects.toThrow(
      /taken\.invalid leads somewhere already/,
    );
    await refuseTaken("free.invalid", async () => false);
  });
});
