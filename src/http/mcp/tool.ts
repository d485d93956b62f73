import type * as z from "zod";
import type { Credential } from "../../domain/calls/asker.ts";
import type { KeyView } from "../../domain/calls/numbers.ts";
import type { MessageView } from "../../domain/calls/reading.ts";
import { type Failure, fail, ok, type Result } from "../../domain/failure.ts";
import type { PoolCalls } from "../../domain/pool-calls.ts";

/** What a tool may reach: its key's own pool, and the v2 API as that key. */
export type World = {
  key: KeyView;
  credential: Credential;
  /** Calls the v2 API as any client would, with the same checks, caps and words. */
  api(
    method: string,
    path: string,
    given?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Result<ApiAnswer>>;
  /** Asks the key's pool; the key was let in before. */
  pool<T>(question: (pool: PoolCalls) => Promise<Result<T>>): Promise<Result<T>>;
  now(): number;
  pause(ms: number): Promise<void>;
};

export type Json = Record<string, unknown>;
export type ApiAnswer = { status: number; body: Json };

/** One tool: what a model is told of it, what it takes and gives, and what it does. */
export type Tool = {
  name: string;
  description: string;
  input: z.ZodObject;
  output: z.ZodObject;
  hints: { readOnlyHint?: boolean; destructiveHint?: boolean; idempotentHint?: boolean; openWorldHint?: boolean };
  run(input: never, world: World): Promise<Result<Json>>;
};

/** Returns the tool as it was given; input and answer of `run` are held to its schemas. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  tool: Omit<Tool, "input" | "output" | "run"> & {
    input: I;
    output: O;
    run(input: z.output<I>, world: World): Promise<Result<z.input<O>>>;
  },
): Tool {
  return tool as Tool;
}

/** Returns a message of this key by its id alone. */
export function readMessage(world: World, messageId: string): Promise<Result<MessageView>> {
  return world.pool((pool) => pool.adminReadMessage(messageId));
}

/** Returns the path of a chat. */
export function chatPath(contact: string): string {
  return `/chats/${encodeURIComponent(contact)}`;
}

/** Returns the failure that an answer of the API is, or its status and body. */
export async function readAnswer(response: Response): Promise<Result<ApiAnswer>> {
  const body: Json = await response.json();
  if (response.ok) return ok({ status: response.status, body });
  const { code, message, ...context } = body;
  // The API's own envelope: its codes are ours.
  return fail(code as Failure["code"], String(message), context);
}
