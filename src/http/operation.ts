import type * as z from "zod";
import type { FailureCode } from "../domain/failure.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";
export type Base = "v2" | "v4" | "admin" | "root";
export type Auth = "api_key" | "admin" | "none";
/** `media` is what its body is, where that is not JSON. */
export type Answer = { description: string; schema: z.ZodType; media?: "text/csv" };

/** A form with one file: its field, the most bytes it may have, and the media types it may be of. */
export type Multipart = { field: string; maxBytes: number; types: readonly string[] };

/** One call of the API. Validators, handlers' types and the OpenAPI document are all made from it. */
export type Operation = {
  id: string;
  method: Method;
  /** In OpenAPI form, below its base: `/chats/{chatId}/messages`. */
  path: string;
  base: Base;
  summary: string;
  description?: string;
  tags: readonly string[];
  auth: Auth;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** An empty body is read as `{}`. */
  bodyOptional?: boolean;
  /** The most bytes the body may have, where that is more than the API's 64 KiB. */
  bodyLimit?: number;
  /** What the document shows where the validator is laxer, because the handler judges records one by one. */
  documentedBody?: z.ZodType;
  multipart?: Multipart;
  /** The body is a file as it is, of this type and at most so many bytes; its handler reads it as it comes, and may take JSON in its place. */
  file?: { type: "text/csv"; maxBytes: number; orJson?: z.ZodType };
  answers: Readonly<Record<number, Answer>>;
  /** The failures that are this call's own; those of every call (validation, authentication, …) are added by `failuresOf`. */
  errors: readonly FailureCode[];
};

export const basePaths: Record<Base, string> = { v2: "/v2/api", v4: "/v4", admin: "/admin/api", root: "" };

/** Returns the operation as it was given, with its exact type. */
export function defineOperation<const O extends Operation>(operation: O): O {
  return operation;
}

/** Returns the whole path in OpenAPI form, base included. */
export function fullPath(operation: Operation): string {
  return basePaths[operation.base] + operation.path;
}

/** Returns the path as Hono's router reads it, below its base: `/chats/:chatId/messages`. */
export function routePath(operation: Operation): string {
  return operation.path.replace(/\{(\w+)\}/g, ":$1");
}

/** Returns the template of its route as the log names it, base included. */
export function fullRoute(operation: Operation): string {
  return basePaths[operation.base] + routePath(operation);
}

/** Returns every failure that this call can answer: its own, and those that come with its door, its parameters and its body. */
export function failuresOf(operation: Operation): FailureCode[] {
  const codes = new Set<FailureCode>(operation.errors);
  const hasBody = operation.body !== undefined || operation.multipart !== undefined;
  if (operation.params || operation.query || operation.headers || hasBody) codes.add("invalid_request");
  if (operation.body !== undefined) codes.add("invalid_json");
  if (hasBody || operation.file !== undefined) codes.add("body_too_large").add("unsupported_media_type");
  if (operation.auth === "admin") codes.add("rate_limited");
  if (operation.auth !== "none")
    codes.add("unauthorized").add("setup_incomplete").add("release_mismatch").add("master_key_missing");
  return [...codes.add("internal_error")];
}

type Part<O, K extends string> = O extends Record<K, infer S extends z.ZodType> ? z.output<S> : Record<never, never>;

/** What a handler is given: every part parsed by its schema. A form arrives as its one file. */
export type InputOf<O extends Operation> = {
  params: Part<O, "params">;
  query: Part<O, "query">;
  headers: Part<O, "headers">;
  body: O extends { multipart: Multipart } ? { file: File } : Part<O, "body">;
};

/** Answers with one of the operation's own statuses, in the shape documented for it. */
export type Reply<O extends Operation> = <S extends keyof O["answers"] & number>(
  status: S,
  body: z.output<O["answers"][S]["schema"]>,
) => Response;
