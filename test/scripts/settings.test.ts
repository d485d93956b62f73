import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  completeSecrets,
  openNotebook,
  readSettings,
  resolvePublicUrl,
  SettingError,
  writeEnvFile,
} from "../../scripts/settings.mjs";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "trunkline-settings-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What a start in this folder would use, by name. */
function valuesOf(environment: Record<string, string>): Record<string, string> {
  const { settings, stateDir } = readSettings(root, environment);
  completeSecrets(settings, openNotebook(stateDir));
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.value]));
}

describe("settings of a local start", () => {
  test("without any, the port and the state directory have defaults and secrets are made", () => {
    const { port, stateDir } = readSettings(root, {});
    expect({ port, stateDir }).toEqual({ port: 8787, stateDir: join(root, ".data") });
    const values = valuesOf({});
    expect(values.ADMIN_TOKEN).toMatch(/^[0-9a-f]{64}$/);
    expect(values.MASTER_KEYS).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
  });

  test("the environment beats .dev.vars, .dev.vars beats what was made, and empty means the default", () => {
    const [inside, outside] = ["from the file".padEnd(32, "."), "from outside".padEnd(32, ".")];
    writeFileSync(join(root, ".dev.vars"), `ADMIN_TOKEN="${inside}"\nPORT=9000\nPUBLIC_URL=\n`);
    expect(valuesOf({}).ADMIN_TOKEN).toBe(inside);
    expect(valuesOf({ ADMIN_TOKEN: outside }).ADMIN_TOKEN).toBe(outside);
    expect(valuesOf({ ADMIN_TOKEN: "" }).ADMIN_TOKEN).toBe(inside);
    expect(readSettings(root, { PORT: "" }).port).toBe(9000);
    expect(valuesOf({ PUBLIC_URL: "" })).not.toHaveProperty("PUBLIC_URL");
  });

  test("an admin token that could be guessed is refused with the command that makes a better one", () => {
    for (const length of [1, 31]) {
      expect(() => valuesOf({ ADMIN_TOKEN: "x".repeat(length) })).toThrow(/32 characters.*openssl rand -hex 32/);
    }
    expect(valuesOf({ ADMIN_TOKEN: "x".repeat(32) }).ADMIN_TOKEN).toHaveLength(32);
  });

  test("secrets are made once and kept private, beside files that are not ours", () => {
    const stateDir = join(root, "state");
    mkdirSync(stateDir);
    writeFileSync(join(stateDir, "foreign.txt"), "mine");
    const first = valuesOf({ STATE_DIR: stateDir });
    expect(valuesOf({ STATE_DIR: stateDir })).toEqual(first);
    expect(statSync(join(stateDir, "secrets.json")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(stateDir, "foreign.txt"), "utf8")).toBe("mine");
  });

  test.each(["", '{"ADMIN_TOKEN": "abc', "\0\0\0"])(
    "a notebook that was cut off (%j) is refused by its path, and left as it is",
    (cut) => {
      const stateDir = mkdtempSync(join(root, "cut-"));
      const path = join(stateDir, "secrets.json");
      writeFileSync(path, cut);
      expect(() => valuesOf({ STATE_DIR: stateDir })).toThrow(`${path} cannot be used`);
      expect(readFileSync(path, "utf8")).toBe(cut);
    },
  );

  test("a port that is none, or an address that is none, is refused in one line", () => {
    expect(() => readSettings(root, { PORT: "http" })).toThrow(SettingError);
    expect(() => readSettings(root, { PORT: "70000" })).toThrow(SettingError);
    const { settings } = readSettings(root, { PUBLIC_URL: "gateway.example.com" });
    expect(() => resolvePublicUrl(settings, 8787)).toThrow(/PUBLIC_URL must be/);
    for (const value of [
      "ftp://twilio.example",
      "api.twilio.com",
      "https://a:b@twilio.example",
      "https://t.example/?x",
    ]) {
      expect(() => readSettings(root, { TWILIO_API_URL: value })).toThrow(/TWILIO_API_URL must be an http or https/);
      expect(() => resolvePublicUrl({ PUBLIC_URL: { value } }, 8787)).toThrow(/PUBLIC_URL must be/);
    }
  });

  test("the public address defaults to the loopback port and loses its trailing slash", () => {
    expect(resolvePublicUrl({}, 8788)).toBe("http://127.0.0.1:8788");
    const { settings } = readSettings(root, { PUBLIC_URL: "https://gateway.example.com/" });
    expect(resolvePublicUrl(settings, 8788)).toBe("https://gateway.example.com");
  });

  test("values are quoted for wrangler so that nothing in them is expanded or cut", () => {
    const path = writeEnvFile(root, { A: "plain", B: "it's $HOME #1", C: 'say "hi" \\n' });
    expect(readFileSync(path, "utf8")).toBe("A='plain'\nB=`it's \\$HOME #1`\nC='say \"hi\" \\n'\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => writeEnvFile(root, { A: "two\nlines" })).toThrow(/A holds a line break/);
  });
});
