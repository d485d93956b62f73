import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { open, seal } from "../../src/sealing/envelope.ts";
import { parseKeyRing } from "../../src/sealing/key-ring.ts";
import { GatewayError } from "./connect.mjs";

/** As `src/sealing/envelope.ts` writes a sealed value. */
const sealedForm = /^v1\.[\w-]{1,32}\.[\w-]{16}\.[\w-]+$/;
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

/** Returns the ring of MASTER_KEYS, by which secrets are opened or sealed here. */
export function readRing(environment = process.env) {
  const ring = parseKeyRing(environment.MASTER_KEYS ?? "");
  if (!ring.ok)
    throw new GatewayError(
      `With a passphrase, the gateway's MASTER_KEYS are needed in the environment. ${ring.failure.message}`,
    );
  return ring.value;
}

/** Returns a key of a passphrase (scrypt) and what has to be kept to make it again. */
export function deriveKey(passphrase, salt = randomBytes(16)) {
  if (passphrase.length < 12) throw new GatewayError("The passphrase has fewer than 12 characters.");
  return { key: scryptSync(passphrase, salt, 32, cost), salt: salt.toString("base64") };
}

/** Returns a row whose sealed values are opened by the ring and sealed under the passphrase's key, bound to their places. */
export function toPassphrase(line, ring, key) {
  return eachSecret(
    line,
    (value) => typeof value === "string" && sealedForm.test(value),
    async (value, place) => {
      const opened = await open(ring, value, place);
      if (!opened.ok)
        throw new GatewayError(
          `A secret of ${place.table} ${place.row} cannot be opened with these MASTER_KEYS: ${opened.because}.`,
        );
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(JSON.stringify(place)));
      const text = Buffer.concat([cipher.update(opened.text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return { under_passphrase: Buffer.concat([nonce, text]).toString("base64") };
    },
  );
}

/** Returns a row whose values under the passphrase are sealed again by the ring's newest key. */
export function fromPassphrase(line, ring, key) {
  return eachSecret(
    line,
    (value) => typeof value === "object" && value !== null,
    async ({ under_passphrase: text }, place) => {
      const bytes = Buffer.from(text, "base64");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(
        Buffer.from(JSON.stringify(place)),
      );
      decipher.setAuthTag(bytes.subarray(-16));
      try {
        const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
        return await seal(ring, plain, place);
      } catch {
        throw new GatewayError("The passphrase does not open this export.");
      }
    },
  );
}

async function eachSecret(line, isSecret, change) {
  const { in: where, table, row } = line;
  if (where !== "directory" || (table !== "twilio_accounts" && table !== "webhooks")) return line;
  const changed = { ...row };
  for (const [column, value] of Object.entries(row)) {
    if (isSecret(value)) changed[column] = await change(value, { table, row: row.id, column });
  }
  return { ...line, row: changed };
}
