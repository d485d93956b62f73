import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startGateway } from "../support/node/start-gateway.ts";

const journey = [
  "message.queued",
  "message.sending",
  "message.sent",
  "message.delivered",
  "message.received",
  "message.delivered",
  "message.received",
  "contact.opted_out",
];

/** Runs the demo as a reader would; rejects where it ends with another code than 0. */
async function runDemo(...args: string[]): Promise<string> {
  return (await promisify(execFile)("npm", ["run", "--silent", "demo", "--", ...args])).stdout;
}

test("npm run demo shows the whole journey, every webhook with both signatures, and ends well", async () => {
  const said = await runDemo();
  const events = said.split("\n").filter((line) => /^ {2}(?:message|contact)\./.test(line));
  expect(events.map((line) => line.trim().split(" ")[0])).toEqual(journey);
  for (const line of events) expect(line).toContain("both signatures hold");
  expect(said).toContain('"Hello back"');
  expect(said).toContain("recipient_opted_out");
});

test("it plays against a running gateway too, more than once", async () => {
  const gateway = await startGateway({ env: { ALLOW_LOCAL_WEBHOOKS: "1" } });
  try {
    const place = ["--url", gateway.url, "--key", gateway.testKey];
    expect(await runDemo(...place)).toContain("contact.opted_out");
    expect(await runDemo(...place)).toContain("recipient_opted_out");
  } finally {
    await gateway.stop();
    await gateway.forget();
  }
});

test("it says in one line what is missing", async () => {
  await expect(runDemo("--url", "http://127.0.0.1:1")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("give a test key"),
  });
});
