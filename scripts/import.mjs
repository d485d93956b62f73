// Brings an export into a new gateway.
import { readFile } from "node:fs/promises";
import { connect, GatewayError, gatewayOptions, gatewayUsage, run } from "./admin/connect.mjs";
import { deriveKey, fromPassphrase, readRing } from "./admin/passphrase.mjs";
import { readArguments } from "./arguments.mjs";

const usage = `npm run import -- --file trunkline.ndjson [--url https://sms.example.com]

Brings an export into a gateway that is still as its first start left it. A run that was cut goes on where it stopped. The
former gateway must not send any more: keys in which messages wait are paused here, until you resume them.

  --file <file>     what npm run export wrote; under a passphrase, that is read from TRUNKLINE_PASSPHRASE, and
                    MASTER_KEYS are those of the new gateway
${gatewayUsage}`;

/** One call takes 2 MiB. */
const CHUNK_BYTES = 1_500_000;
const given = readArguments({ ...gatewayOptions, file: { type: "string" } }, usage);
if (given.file === undefined) {
  console.error(`--file is missing.\n\n${usage}`);
  process.exit(2);
}

await run(async () => {
  const { open } = connect(given);
  const lines = await readLines(given.file);
  let from = 1;
  let answer = { done: false, paused: [] };
  while (!answer.done) {
    const chunk = cut(lines, from);
    if (chunk.length === 0) throw new GatewayError("The file has no end line: the export was cut.");
    const sent = await open("POST", `/import?from=${from}`, {
      body: `${chunk.join("\n")}\n`,
      headers: { "content-type": "application/x-ndjson" },
    });
    answer = await sent.json();
    from = answer.accepted_through + 1;
  }
  const paused =
    answer.paused.length === 0
      ? ""
      : `\nMessages wait in ${answer.paused.join(", ")}: compare with the former gateway, then resume these keys.`;
  console.log(given.json ? JSON.stringify(answer) : `${answer.accepted_through} lines were taken.${paused}`);
});

function parseHead(path, line = "{}") {
  try {
    return JSON.parse(line);
  } catch {
    throw new GatewayError(`${path} is not an export: its first line is no JSON.`);
  }
}

async function readLines(path) {
  const text = await readFile(path, "utf8").catch((error) => {
    throw new GatewayError(
      `${path} cannot be read: ${error.code === "ENOENT" ? "there is no such file" : error.message}.`,
    );
  });
  const lines = text.split("\n").filter((line) => line !== "");
  const { passphrase, ...head } = parseHead(path, lines[0]);
  if (passphrase === undefined) return lines;
  const { key } = deriveKey(process.env.TRUNKLINE_PASSPHRASE ?? "", Buffer.from(passphrase.salt, "base64"));
  const ring = readRing();
  const rest = await Promise.all(
    lines.slice(1).map(async (line) => JSON.stringify(await fromPassphrase(JSON.parse(line), ring, key))),
  );
  return [JSON.stringify(head), ...rest];
}

function cut(lines, from) {
  const chunk = [];
  let size = 0;
  for (const line of lines.slice(from - 1)) {
    size += Buffer.byteLength(line) + 1;
    if (size > CHUNK_BYTES && chunk.length > 0) break;
    chunk.push(line);
  }
  return chunk;
}
