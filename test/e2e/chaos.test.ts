import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("C10: lost answers, a SIGKILL and a storm of callbacks lose nothing that was promised and double nothing", async () => {
  const args = ["--messages", "36", "--kills", "1", "--keys", "2", "--campaign", "20", "--doomed", "0", "--seed", "10"];
  const said = await promisify(execFile)("npm", ["run", "--silent", "chaos", "--", ...args]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => `exit code 1\n${error.stdout}${error.stderr}`,
  );
  expect(said).toContain("Nothing was lost and nothing was doubled");
  expect(said).not.toContain("exit code 1");
  expect(said).toMatch(/kills with SIGKILL +1\n/);
  expect(said).toMatch(/calls to Twilio that send .* lost/);
});
