// Writes everything of a gateway into a file.
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { connect, GatewayError, gatewayOptions, gatewayUsage, run } from "./admin/connect.mjs";
import { deriveKey, readRing, toPassphrase } from "./admin/passphrase.mjs";
import { readArguments } from "./arguments.mjs";

const usage = `npm run export -- --out trunkline.ndjson [--url https://sms.example.com] [--passphrase]

Writes keys, accounts, numbers, webhooks, people, messages and what is owed into a file. Its secrets stay sealed and open
with the same MASTER_KEYS alone.

  --out <file>      where to write; a file that is there is not touched
  --passphrase      seals the secrets under TRUNKLINE_PASSPHRASE instead, so that the new gateway may have other
                    MASTER_KEYS; those of this one are read from MASTER_KEYS
${gatewayUsage}`;

const given = readArguments({ ...gatewayOptions, out: { type: "string" }, passphrase: { type: "boolean" } }, usage);
if (given.out === undefined) {
  console.error(`--out is missing.\n\n${usage}`);
  process.exit(2);
}

await run(async () => {
  const { open } = connect(given);
  const secret = given.passphrase ? { ring: readRing(), ...deriveKey(process.env.TRUNKLINE_PASSPHRASE ?? "") } : null;
  const answer = await open("GET", "/export");
  const file = createWriteStream(given.out, { flags: "wx", mode: 0o600 });
  await new Promise((resolve, reject) => file.once("open", resolve).once("error", reject)).catch((error) => {
    throw new GatewayError(
      `${given.out} cannot be written: ${error.code === "EEXIST" ? "it is there already" : error.message}.`,
    );
  });
  let last = "";
  let count = 0;
  for await (const text of createInterface({ input: Readable.fromWeb(answer.body) })) {
    last = secret === null ? text : JSON.stringify(await rewrite(JSON.parse(text), secret));
    count += 1;
    if (!file.write(`${last}\n`)) await new Promise((resolve) => file.once("drain", resolve));
  }
  await new Promise((resolve) => file.end(resolve));
  if (JSON.parse(last).end !== true) {
    await rm(given.out);
    throw new GatewayError("The export broke off before its end: run it again.");
  }
  console.log(given.json ? JSON.stringify({ out: given.out, lines: count }) : `${count} lines are in ${given.out}.`);
});

function rewrite(line, { ring, key, salt }) {
  return line.format === undefined ? toPassphrase(line, ring, key) : { ...line, passphrase: { kdf: "scrypt", salt } };
}
