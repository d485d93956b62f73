import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatWebhookSecret, importSigningKeys, signWebhook } from "../../src/domain/webhook-signature.ts";

const folder = mkdtempSync(join(tmpdir(), "trunkline-samples-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Case = { headers: Record<string, string>; body: string; genuine: boolean };

/** Each language reads `cases.json` and prints one line a case: `true` where its sample from the docs accepts it. */
const drivers: Record<string, { file: string; command: string[]; driver: string }> = {
  js: {
    file: "sample.mjs",
    command: [process.execPath, "sample.mjs"],
    driver: `
import { readFileSync } from "node:fs";
const { secret, cases } = JSON.parse(readFileSync("cases.json", "utf8"));
for (const { headers, body } of cases) {
  let accepted = true;
  try { verifyWebhook(secret, headers, body); } catch { accepted = false; }
  console.log(accepted);
}`,
  },
  python: {
    file: "sample.py",
    command: ["python3", "sample.py"],
    driver: `
given = json.load(open("cases.json"))
for case in given["cases"]:
    try:
        verify_webhook(given["secret"], case["headers"], case["body"].encode())
        print("true")
    except ValueError:
        print("false")
`,
  },
  go: {
    file: "sample.go",
    command: ["go", "run", "sample.go", "driver.go"],
    driver: `package main

import ("encoding/json"; "fmt"; "net/http"; "os")

func main() {
	raw, _ := os.ReadFile("cases.json")
	var given struct { Secret string; Cases []struct { Headers map[string]string; Body string } }
	json.Unmarshal(raw, &given)
	for _, one := range given.Cases {
		headers := http.Header{}
		for name, value := range one.Headers { headers.Set(name, value) }
		fmt.Println(VerifyWebhook(given.Secret, headers, []byte(one.Body)) == nil)
	}
}`,
  },
  php: {
    file: "sample.php",
    command: ["php", "sample.php"],
    driver: `
$given = json_decode(file_get_contents('cases.json'), true);
foreach ($given['cases'] as $case) {
    try { verifyWebhook($given['secret'], $case['headers'], $case['body']); echo "true\\n"; }
    catch (RuntimeException $e) { echo "false\\n"; }
}`,
  },
};

const docs = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8");

function sampleOf(language: string): string {
  return new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(docs)?.[1] ?? "";
}

function isInstalled([command = ""]: string[]): boolean {
  return spawnSync(command, [command === "go" ? "version" : "--version"], { stdio: "ignore" }).status === 0;
}

async function makeCases(secret: string): Promise<Case[]> {
  const body = JSON.stringify({ event: "message.received", text: "Café 🚀 \u2028", is_group: false });
  const old = formatWebhookSecret(new Uint8Array(32).fill(9));
  const sign = async (ageMs: number, secrets: string[]) =>
    signWebhook({ id: "evt_1", body, keys: await importSigningKeys(secrets), nowMs: Date.now() - ageMs });
  const fresh = await sign(0, [secret]);
  return [
    { headers: fresh, body, genuine: true },
    { headers: await sign(0, [old, secret]), body, genuine: true },
    { headers: await sign(290_000, [secret]), body, genuine: true },
    { headers: fresh, body: `${body} `, genuine: false },
    { headers: { ...fresh, "webhook-id": "evt_2" }, body, genuine: false },
    { headers: await sign(0, [old]), body, genuine: false },
    { headers: await sign(310_000, [secret]), body, genuine: false },
    { headers: await sign(-310_000, [secret]), body, genuine: false },
    { headers: { ...fresh, "webhook-signature": "v1,AAAA" }, body, genuine: false },
  ];
}

describe("the samples of docs/webhooks.md", () => {
  for (const [language, { file, command, driver }] of Object.entries(drivers)) {
    it.skipIf(!isInstalled(command))(`${language}: accepts what is genuine and fresh, and nothing else`, async () => {
      const secret = formatWebhookSecret(Uint8Array.from({ length: 32 }, (_, index) => index * 7));
      const cases = await makeCases(secret);
      writeFileSync(join(folder, "cases.json"), JSON.stringify({ secret, cases }));
      const sample = sampleOf(language);
      expect(sample).not.toBe("");
      writeFileSync(join(folder, file), language === "go" ? sample : sample + driver);
      if (language === "go") writeFileSync(join(folder, "driver.go"), driver);
      const [program = "", ...args] = command;
      const run = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
      expect(run.stderr).toBe("");
      expect(run.stdout.trim().split("\n")).toEqual(cases.map(({ genuine }) => String(genuine)));
    });
  }
});
