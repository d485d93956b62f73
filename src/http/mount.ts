import type { Context, Env, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import { type Failure, fail, ok, type Result } from "../domain/failure.ts";
import { jsonBodyLimit, readFile, readJson } from "./body.ts";
import { complain, type Place } from "./complaint.ts";
import { failureResponse } from "./errors.ts";
import { type InputOf, type Operation, type Reply, routePath } from "./operation.ts";

/** Decides before anything of the request is validated; a failure is answered as it stands. */
export type Guard<E extends Env> = (c: Context<E>) => Promise<Result<unknown>> | Result<unknown>;

type Refused = { ok: false; failure: Failure };

/** A handler gets what was validated and `reply`; it answers by `reply`, or hands back an expected failure. */
export type Handler<O extends Operation, E extends Env> = (
  input: InputOf<O> & { reply: Reply<O> },
  c: Context<E>,
) => Promise<Response | Refused> | Response | Refused;

/** Registers an operation on the router of its base: guard, validation, then the handler; every failure leaves in the one envelope. */
export function mount<O extends Operation, E extends Env>(
  router: Hono<E>,
  operation: O,
  handler: Handler<O, E>,
  guard?: Guard<E>,
): void {
  router.on(operation.method.toUpperCase(), routePath(operation), async (c) => {
    const allowed = guard === undefined ? ok(null) : await guard(c);
    if (!allowed.ok) return failureResponse(c, allowed.failure);
    const input = await readInput(operation, c);
    if (!input.ok) return failureResponse(c, input.failure);
    const reply: Reply<O> = (status, body) => c.json(body, contentful(status));
    const answer = await handler({ ...input.value, reply }, c);
    return answer instanceof Response ? answer : failureResponse(c, answer.failure);
  });
}

/** Returns `value` parsed by `schema`, or the failure that names the first thing wrong with it. */
export function check<S extends z.ZodType>(place: Place, schema: S, value: unknown): Result<z.output<S>> {
  const parsed = schema.safeParse(value, { reportInput: true });
  return parsed.success ? ok(parsed.data) : { ok: false, failure: complain(place, parsed.error.issues) };
}

async function readInput<O extends Operation>(operation: O, c: Context): Promise<Result<InputOf<O>>> {
  const empty = z.object({});
  const params = check("path", operation.params ?? empty, c.req.param());
  if (!params.ok) return params;
  const query = readQuery(operation.query ?? empty, c);
  if (!query.ok) return query;
  const headers = check("header", operation.headers ?? empty, pickHeaders(operation.headers ?? empty, c));
  if (!headers.ok) return headers;
  const body = await readBody(operation, c.req.raw);
  if (!body.ok) return body;
  const input = { params: params.value, query: query.value, headers: headers.value, body: body.value };
  // Each part was parsed by the schema that its type is inferred from; the generic link is lost in `check`.
  return ok(input as InputOf<O>);
}

async function readBody(operation: Operation, request: Request): Promise<Result<unknown>> {
  if (operation.multipart !== undefined) {
    const file = await readFile(request, operation.multipart);
    return file.ok ? ok({ file: file.value }) : file;
  }
  if (operation.body === undefined) return ok({});
  const json = await readJson(request, operation.bodyLimit ?? jsonBodyLimit);
  if (!json.ok) return json;
  if (json.value !== undefined) return check("body", operation.body, json.value);
  if (operation.bodyOptional === true) return check("body", operation.body, {});
  return fail("invalid_json", "The request body is empty: send a JSON object.");
}

function readQuery(schema: z.ZodObject, c: Context): Result<unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const given = c.req.queries(name) ?? [];
    if (given.length > 1) return fail("invalid_request", `${name} is given ${given.length} times: give it once.`);
    if (given[0] !== undefined) values[name] = fromText(field, given[0]);
  }
  return check("query", schema, values);
}

function pickHeaders(schema: z.ZodObject, c: Context): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(schema.shape).map((name) => [name, c.req.header(name)]));
}

function fromText(schema: z.core.$ZodType, text: string): unknown {
  const kind = kindOf(schema);
  if (kind === "number" && /^(?:0|-?[1-9]\d{0,15})$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function kindOf(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return kindOf(schema.def.innerType);
  }
  return schema._zod.def.type;
}

function contentful(status: number): ContentfulStatusCode {
  // An operation's answers all have a body: statuses without one are never declared.
  return status as ContentfulStatusCode;
}
