import { fail, ok, type Result } from "../domain/failure.ts";
import { declaredLength, readPieces } from "../domain/pieces.ts";
import { findJsonFault } from "./json-fault.ts";
import type { Multipart } from "./operation.ts";

/** The most bytes a JSON body may have. */
export const jsonBodyLimit = 64 * 1024;
/** The deepest nesting a JSON body may have. */
export const jsonDepthLimit = 32;
const multipartOverhead = 16 * 1024;

/**
 * Returns the body's bytes, or `body_too_large` as soon as more than `limit` are declared or have come, whatever the headers say;
 * a body that breaks off or whose chunks are no chunks is `invalid_request`.
 */
export async function readBytes(request: Request, limit: number): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const declared = declaredLength(request.headers);
  if (declared !== null && declared > limit) return tooLarge(limit);
  if (request.body === null) return ok(new Uint8Array());
  const reader = readPieces(request.body, declared);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let ended = false; !ended; ) {
    const piece = await reader.read().catch(() => null);
    if (piece === null) return fail("invalid_request", "The request body broke off: send it whole.");
    ended = piece.done;
    if (piece.value === undefined) continue;
    size += piece.value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return tooLarge(limit);
    }
    chunks.push(piece.value);
  }
  const [only] = chunks;
  // Nearly every body comes in one piece, which is its own.
  return ok(
    chunks.length === 1 && only?.buffer instanceof ArrayBuffer ? (only as Uint8Array<ArrayBuffer>) : join(chunks, size),
  );
}

/** A body as it was written and as it was read. */
export type JsonBody = { text: string; value: unknown };

/**
 * Returns the body when it is JSON; its text is "" when it is empty. UTF-8 only (RFC 8259 section 8.1; a byte order mark is passed over);
 * a missing content type is taken as JSON, any other but JSON is refused, and so are compressed bodies, deep ones, and halves of surrogate pairs.
 */
export async function readJson(request: Request, limit: number): Promise<Result<JsonBody>> {
  const bytes = await readBytes(request, limit);
  if (!bytes.ok) return bytes;
  if (bytes.value.byteLength === 0) return ok({ text: "", value: undefined });
  const refused = refuseEncoding(request.headers);
  if (refused !== null) return fail("unsupported_media_type", refused);
  const text = decodeUtf8(bytes.value);
  if (text === null) return fail("invalid_json", "The request body is not valid UTF-8.");
  if (isDeeperThan(text, jsonDepthLimit)) {
    return fail("invalid_json", `The request body is nested deeper than ${jsonDepthLimit} levels: flatten it.`);
  }
  const parsed = parse(text);
  if (!parsed.ok) return parsed;
  if (isWellFormed(parsed.value)) return ok({ text, value: parsed.value });
  return fail("invalid_json", "The request body holds half of a surrogate pair: cut texts between whole characters.");
}

/** Returns the one file of a form, or says what is wrong with the form, the file's size or its media type. */
export async function readFile(request: Request, multipart: Multipart): Promise<Result<File>> {
  const contentType = request.headers.get("Content-Type") ?? "";
  if (mediaType(contentType) !== "multipart/form-data") {
    return fail(
      "unsupported_media_type",
      `Send the body as multipart/form-data with the file in "${multipart.field}".`,
    );
  }
  const bytes = await readBytes(request, multipart.maxBytes + multipartOverhead);
  if (!bytes.ok) return bytes;
  const form = await new Response(bytes.value, { headers: { "Content-Type": contentType } })
    .formData()
    .catch(() => null);
  if (form === null) return fail("invalid_request", "The request body is not a valid multipart form.");
  const file: unknown = form.get(multipart.field);
  if (!(file instanceof File) || file.size === 0) {
    return fail("invalid_request", `${multipart.field} must be a file that is not empty.`, { field: multipart.field });
  }
  if (file.size > multipart.maxBytes) return tooLarge(multipart.maxBytes);
  if (!multipart.types.includes(file.type)) {
    return fail("invalid_request", `${multipart.field} must be one of ${multipart.types.join(", ")}.`, {
      field: multipart.field,
    });
  }
  return ok(file);
}

function tooLarge(limit: number): Result<never> {
  return fail("body_too_large", `The request body is larger than ${limit / 1024} KiB: shorten it, or divide it.`);
}

function join(chunks: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function mediaType(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

function refuseEncoding(headers: Headers): string | null {
  const compression = (headers.get("Content-Encoding") ?? "identity").trim().toLowerCase();
  if (compression !== "identity") return "Send the body uncompressed: Content-Encoding is not supported.";
  const contentType = headers.get("Content-Type");
  if (contentType === null) return null;
  if (!/^application\/(?:[a-z0-9.-]{1,64}\+)?json$/.test(mediaType(contentType)))
    return "Send the body as application/json.";
  const charset = /;\s?charset="?([^";\s]{1,40})/i.exec(contentType)?.[1]?.toLowerCase() ?? "utf-8";
  return charset === "utf-8" || charset === "utf8" ? null : "Send the body in UTF-8: other charsets are not supported.";
}

function decodeUtf8(bytes: Uint8Array<ArrayBuffer>): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

function parse(text: string): Result<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    const { line = 1, column = 1, why = "it is not JSON" } = findJsonFault(text) ?? {};
    const message = `The request body is not valid JSON: line ${line}, column ${column}: ${why}.`;
    return fail("invalid_json", message, { line, column });
  }
}

const nesting: Partial<Record<string, number>> = { "{": 1, "[": 1, "}": -1, "]": -1 };

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '"') index = endOfString(text, index);
    depth += nesting[char] ?? 0;
    if (depth > limit) return true;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}
