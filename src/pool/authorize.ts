import type { Credential } from "../domain/calls/asker.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { Desk } from "./desk.ts";
import { readMark, saveMark } from "./ledger/marks.ts";
import { refuseWithoutAddress } from "./numbers/choose.ts";

const noteUseEveryMs = 60_000;

/** Checks a credential against the snapshot: the hash of a token that is valid now. A revoked key has none. */
export function authorize(desk: Desk, credential: Credential): Result<null> {
  const now = desk.now();
  const known = desk.snapshot.secrets.some(
    (secret) =>
      (secret.validUntil === null || secret.validUntil > now) && equalInConstantTime(secret.hash, credential.hash),
  );
  if (!known || desk.snapshot.apiKey.status === "revoked") return fail("unauthorized");
  noteUse(desk, now);
  return refuseWithoutAddress(desk) ?? ok(null);
}

function noteUse(desk: Desk, now: number): void {
  desk.lastUsedAt ??= readMark(desk.sql, "last_used_at");
  if (desk.lastUsedAt !== null && now - desk.lastUsedAt < noteUseEveryMs) return;
  desk.lastUsedAt = now;
  saveMark(desk.sql, "last_used_at", now);
}

function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
