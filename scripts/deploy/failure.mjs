/** A step of a deployment that did not succeed: what it was, what was said, and the way on. `code` is the process's exit code: 1 failed, 2 wrong use. */
export class DeployError extends Error {
  constructor(step, said, wayOn, code = 1) {
    super(`${step}: ${said}\n${wayOn}`);
    this.code = code;
  }
}

const again = "Nothing is lost: npm run deploy goes on where it stands.";

/** What Cloudflare's refusals mean for whoever deploys, the first that fits. */
const ways = [
  [
    /\b(?:10000|9109|10001)\b|authentication error|not authorized|unauthorized|forbidden|invalid (?:access|api) token/i,
    "The login may not do this. Sign in again with npx wrangler login, or give the API token the permissions Workers Scripts, D1 and Queues (Edit) and Account Settings (Read) for this account.",
  ],
  [
    /limit|quota|exceed|too many|maximum number|upgrade|paid plan/i,
    "The account's plan has no more room for this: delete what is not needed any more or change the plan (docs/operate.md has the limits).",
  ],
  [
    /workers\.dev subdomain|10063/i,
    "The account has no workers.dev subdomain yet: open Workers & Pages once in Cloudflare's dashboard, which makes one.",
  ],
  [
    /fetch failed|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|timed out|\b(?:500|502|503|504)\b|internal error/i,
    "Cloudflare did not answer as it should: see www.cloudflarestatus.com, and try again in a few minutes.",
  ],
];

/** Returns the error of a wrangler command that failed in this step, with its own words and the way on. */
export function explain(step, { stdout = "", stderr = "" }) {
  const said = wordsOf(stderr.includes("ERROR]") ? stderr : `${stdout}\n${stderr}`);
  const way = ways.find(([pattern]) => pattern.test(said))?.[1];
  return new DeployError(step, said, way === undefined ? again : `${way}\n${again}`);
}

/** Returns what wrangler says went wrong, without its colours, its pictures and its advice to report a bug. */
export function wordsOf(output) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
  const plain = output.replace(/\u001b\[[0-9;]*m/g, "");
  const found = plain
    .slice(Math.max(0, plain.indexOf("ERROR]")))
    .replace(/^ERROR\]\s*/, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:If you think this is a bug|Note that there is a newer|🪵|✘|▲)/.test(line));
  return found.slice(0, 6).join(" ") || "wrangler said nothing.";
}
