import type { Context, Env, MiddlewareHandler } from "hono";
import type * as z from "zod";
import { type Failure, fail, type Result } from "../domain/failure.ts";
import { type JsonBody, jsonBodyLimit, readFile, readJson } from "./body.ts";
import { failureResponse } from "./errors.ts";
import type { Multipart, Operation } from "./operation.ts";

const fileKey = "file";

/** Refuses a query that gives a known parameter more than once. */
export function repeatsGuard<E extends Env>(schema: z.ZodObject): MiddlewareHandler<E> {
  return async function refuseRepeats(c, next) {
    for (const name of Object.keys(schema.shape)) {
      const times = c.req.queries(name)?.length ?? 0;
      if (times > 1) return refuse(c, fail("invalid_request", `${name} is given ${times} times: give it once.`));
    }
    return next();
  };
}

/** Reads the body within its limits of size, depth and charset, and hands its text to the validator as JSON, whatever its content type was. */
export function bodyGuard<E extends Env>(operation: Operation): MiddlewareHandler<E> {
  return async function readBody(c, next) {
    const read = await readBodyOf(operation, c.req.raw);
    if (!read.ok) return refuse(c, read);
    const { text } = read.value;
    // The validator passes over a body that does not call itself JSON; here a missing content type means JSON.
    if (text === "" || !c.req.raw.headers.has("Content-Type")) {
      const headers = new Headers(c.req.raw.headers);
      headers.set("Content-Type", "application/json");
      c.req.raw = new Request(c.req.raw.url, { method: c.req.method, headers });
    }
    // Hono keeps the promise of a text here, though its type says the text.
    c.req.bodyCache.text = Promise.resolve(text || "{}") as unknown as string;
    return next();
  };
}

/** Returns an operation's body, read within its limits; an empty one is a failure where the operation needs one. */
export async function readBodyOf(operation: Operation, request: Request): Promise<Result<JsonBody>> {
  const read = await readJson(request, operation.bodyLimit ?? jsonBodyLimit);
  if (!read.ok || read.value.text !== "" || operation.bodyOptional === true) return read;
  return fail("invalid_json", "The request body is empty: send a JSON object.");
}

/** Reads the one file of a form, which `fileOf` returns then. */
export function fileGuard<E extends Env>(multipart: Multipart): MiddlewareHandler<E> {
  return async function readForm(c: Context, next) {
    const read = await readFile(c.req.raw, multipart);
    if (!read.ok) return refuse(c, read);
    c.set(fileKey, read.value);
    return next();
  };
}

/** Returns the file that `fileGuard` has read. */
export function fileOf(c: Context): unknown {
  return c.get(fileKey);
}

function refuse(c: Context, { failure }: { failure: Failure }): Response {
  return failureResponse(c, failure);
}
