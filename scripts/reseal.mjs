// Seals every secret anew under the newest master key, and says whether an older one may go.
import { connect, gatewayOptions, gatewayUsage, run } from "./admin/connect.mjs";
import { readArguments } from "./arguments.mjs";

const usage = `npm run reseal -- [--url https://sms.example.com] [--retire k1] [--json]

Put the new key first in MASTER_KEYS, keep the old ones behind it, and run this: every secret that an older key sealed is
sealed under the new one. Running it again goes on where it stopped.

  --retire <id>     asks whether this key may be taken out of MASTER_KEYS; refuses while anything needs it
${gatewayUsage}`;

const given = readArguments({ ...gatewayOptions, retire: { type: "string" } }, usage);

await run(async () => {
  const { ask } = connect(given);
  if (given.retire !== undefined) {
    const answer = await ask("POST", `/master-keys/${encodeURIComponent(given.retire)}/retire`);
    console.log(given.json ? JSON.stringify(answer) : answer.message);
    return 0;
  }
  let resealed = 0;
  let page;
  do {
    page = await ask("POST", "/master-keys/reseal");
    resealed += page.resealed;
  } while (page.left > 0 && page.resealed > 0);
  const { master_keys: keys } = await ask("GET", "/status");
  if (given.json) console.log(JSON.stringify({ ...page, resealed, master_keys: keys }));
  else console.log([`${resealed} secrets were sealed anew, ${page.left} are left.`, ...keys.map(tell)].join("\n"));
  return page.left > 0 || page.lost > 0 ? 1 : 0;
});

function tell({ id, in_ring, opens, newest, secrets, tokens, callbacks_until }) {
  const needs = `secrets: ${secrets}, API key tokens: ${tokens}`;
  if (!in_ring) return `  ${id}  is missing from MASTER_KEYS, and needed: ${needs}. Put it back at the end.`;
  if (!opens)
    return `  ${id}  does not open what was sealed under its name: another key stands there. Put the right one back. ${needs}`;
  if (newest) return `  ${id}  newest: ${needs}`;
  if (secrets + tokens > 0) return `  ${id}  needed: ${needs}${tokens > 0 ? " (rotate those keys)" : ""}`;
  if (callbacks_until !== null)
    return `  ${id}  needed for callbacks under way until ${new Date(callbacks_until).toISOString()}`;
  return `  ${id}  may go: take it out of MASTER_KEYS`;
}
