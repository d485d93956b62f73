// A black-box run of the v2 contract against any server: npm run conformance -- --url http://127.0.0.1:8787 --key <test key>
// It sends a few messages to --to (default +15005551234, which the sandbox and test credentials of Twilio take at no cost) and removes what it makes.
import { readArguments } from "./arguments.mjs";
import { checks } from "./conformance/checks.mjs";
import { countOperations, judge } from "./conformance/contract.mjs";

const usage = "Usage: npm run conformance -- --url URL --key KEY [--to NUMBER] [--json]";
const values = readArguments(
  {
    url: { type: "string" },
    key: { type: "string" },
    to: { type: "string", default: "+15005551234" },
    json: { type: "boolean", default: false },
  },
  usage,
);
if (!values.url || !values.key) {
  console.error(usage);
  process.exit(2);
}
const base = `${values.url.replace(/\/+$/, "").replace(/\/v2\/api$/, "")}/v2/api`;

/** What later checks need of earlier answers: ids, and the person that is written to. */
const known = { to: values.to, mark: `conformance-${Date.now()}` };
const results = [];
for (const check of checks) results.push(await run(check));
report(results);

async function run(check) {
  const { operation, what } = check;
  try {
    const request = check.request(known);
    const answer = await ask(request);
    const complaint =
      (check.status.includes(answer.status)
        ? null
        : `answered ${answer.status} (${answer.body?.code ?? answer.body?.message ?? "no code"}), not ${check.status.join(" or ")}`) ??
      judge(operation, answer) ??
      check.expect?.(answer, known) ??
      null;
    return { operation, what, ok: complaint === null, complaint };
  } catch (error) {
    return { operation, what, ok: false, complaint: error.message };
  }
}

async function ask({ method, path, body, form, headers = {}, key = values.key }) {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(form === undefined ? {} : { body: form }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return {
    method,
    path,
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : JSON.parse(text),
  };
}

function report(list) {
  const failed = list.filter(({ ok }) => !ok);
  const { seen, total, missing } = countOperations(list.map(({ operation }) => operation));
  if (values.json) {
    console.log(JSON.stringify({ results: list, seen, total, failed: failed.length }));
  } else {
    const widths = ["operation", "what"].map((name) => Math.max(...list.map((result) => result[name].length)));
    for (const { operation, what, ok, complaint } of list) {
      console.log(`${operation.padEnd(widths[0])}  ${what.padEnd(widths[1])}  ${ok ? "ok" : `FAILED: ${complaint}`}`);
    }
    console.log(`\n${list.length} checks, ${failed.length} failed; ${seen} of ${total} operations were called.`);
    if (missing.length > 0) console.log(`Not called: ${missing.join(", ")}`);
  }
  process.exitCode = failed.length === 0 && missing.length === 0 ? 0 : 1;
}
