// Looks at everything that must be in order, and says what to do where it is not.
import { connect, gatewayOptions, gatewayUsage, run } from "./admin/connect.mjs";
import { readArguments } from "./arguments.mjs";

const usage = `npm run doctor -- [--url https://sms.example.com] [--json]

Prints each check of the gateway, and below one that is not in order what to do. Ends with 0 where all is in order, with 1
where something is not, with 2 for a wrong option.

${gatewayUsage}`;

const given = readArguments(gatewayOptions, usage);

await run(async () => {
  const { url, ask } = connect(given);
  const { checks, version } = await ask("GET", "/status");
  const amiss = checks.filter(({ ok }) => !ok);
  const all = { url, version, ok: amiss.length === 0, checks };
  console.log(given.json ? JSON.stringify(all, null, 2) : tell(all, amiss.length));
  return amiss.length === 0 ? 0 : 1;
});

function tell({ url, version, checks }, amiss) {
  const lines = checks.map(({ name, ok, detail, help }) => {
    const cure = help === null ? "" : `\n       → ${help}`;
    return `${ok ? "ok     " : "AMISS  "}${name}: ${detail}${cure}`;
  });
  const sum = amiss === 0 ? "All is in order." : `${amiss} of ${checks.length} checks need a look.`;
  return `Trunkline ${version} at ${url}\n\n${lines.join("\n")}\n\n${sum}`;
}
