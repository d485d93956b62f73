import { zValidator } from "@hono/zod-validator";
import type { Context, Env, MiddlewareHandler, ValidationTargets } from "hono";
import * as z from "zod";
import type { Failure, Result } from "../domain/failure.ts";
import { kept } from "../domain/kept.ts";
import { complain, type Place } from "./complaint.ts";
import { failureResponse } from "./errors.ts";
import type { InputOf, Operation } from "./operation.ts";
import { bodyGuard, fileGuard, fileOf, repeatsGuard } from "./validation-guards.ts";

type Target = "param" | "query" | "header" | "json";

const places: Record<Target, Place> = { param: "path", query: "query", header: "header", json: "body" };

/** Returns `value` parsed by `schema`, or the failure that names the first thing wrong with it. */
export function check<S extends z.ZodType>(place: Place, schema: S, value: unknown): Result<z.output<S>> {
  const parsed = parse(schema, value);
  return parsed.success ? { ok: true, value: parsed.data } : refuse(place, parsed.error);
}

/**
 * Returns what judges objects as the schema of `fields` does that `make` makes, for fields that may all be left out and have no defaults: a schema of those alone that are
 * given says the same, and zod would ask every other of them as well. What it refuses is judged, and complained of, by the whole one.
 */
export function sparsely<S extends z.ZodObject>(
  fields: S["shape"],
  make: (fields: z.core.$ZodLooseShape) => S,
): (place: Place, value: unknown) => Result<z.output<S>> {
  const whole = make(fields);
  const names = Object.keys(fields);
  const schemaOf = kept(100, (given) =>
    make(Object.fromEntries(given.split(" ").flatMap((name) => (name === "" ? [] : [[name, fields[name]]])))),
  );
  return (place, value) => {
    if (typeof value !== "object" || value === null) return check(place, whole, value);
    const given = names.filter((name) => (value as Record<string, unknown>)[name] !== undefined).join(" ");
    const parsed = schemaOf(given).safeParse(value);
    return parsed.success ? { ok: true, value: parsed.data } : check(place, whole, value);
  };
}

/** Returns what stands before an operation's handler, in this order: path, query, headers, body, each behind its guard. */
export function validatorsOf<E extends Env>(operation: Operation): MiddlewareHandler<E>[] {
  const { params, query, headers, body, multipart } = operation;
  return [
    ...(params === undefined ? [] : [validator<E>("param", params)]),
    ...(query === undefined ? [] : [repeatsGuard<E>(query), validator<E>("query", query)]),
    ...(headers === undefined ? [] : [headerValidator<E>(headers)]),
    ...(multipart === undefined ? [] : [fileGuard<E>(multipart)]),
    ...(body === undefined ? [] : [bodyGuard<E>(operation), validator<E>("json", body)]),
  ];
}

/** Returns what `validatorsOf` let through. */
export function inputOf<O extends Operation>(operation: O, c: Context): InputOf<O> {
  const valid = (target: Target, declared: unknown): unknown =>
    declared === undefined ? {} : c.req.valid(target as never);
  const input = {
    params: valid("param", operation.params),
    query: valid("query", operation.query),
    headers: valid("header", operation.headers),
    body: operation.multipart === undefined ? valid("json", operation.body) : { file: fileOf(c) },
  };
  // Each part was parsed by the schema that its type is inferred from; the generic link is lost on the way through the request.
  return input as InputOf<O>;
}

function validator<E extends Env>(target: Target, schema: z.ZodType): MiddlewareHandler<E> {
  return zValidator(
    target,
    schema,
    (result, c) => {
      if (!result.success) return failureResponse(c, refuse(places[target], result.error).failure);
    },
    { validationFunction: (_schema, value) => parse(schema, target === "query" ? fromTexts(schema, value) : value) },
  ) as MiddlewareHandler<E>;
}

/** Of the headers those alone are read that are declared: all of them into one object cost more than their check does. */
function headerValidator<E extends Env>(schema: z.ZodObject): MiddlewareHandler<E> {
  return async function checkHeaders(c, next) {
    const result = check("header", schema, headersIn(schema, c.req.raw.headers));
    if (!result.ok) return failureResponse(c, result.failure);
    c.req.addValidatedData("header", result.value);
    return next();
  };
}

/** Returns those of a request's headers that `schema` declares. */
export function headersIn(schema: z.ZodObject, headers: Headers): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = headers.get(name);
    if (value !== null) given[name] = value;
  }
  return given;
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  return schema.safeParse(value, { reportInput: true });
}

function refuse(place: Place, error: { issues: readonly z.core.$ZodIssue[] }): { ok: false; failure: Failure } {
  return { ok: false, failure: complain(place, error.issues) };
}

function fromTexts(schema: z.ZodType, given: ValidationTargets["query"]): unknown {
  if (!(schema instanceof z.ZodObject)) return given;
  const fields: [string, z.core.$ZodType][] = Object.entries(schema.shape);
  return Object.fromEntries(
    fields.flatMap(([name, field]) => {
      const text = Object.hasOwn(given, name) ? given[name] : undefined;
      return typeof text === "string" ? [[name, fromText(field, text)]] : [];
    }),
  );
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
