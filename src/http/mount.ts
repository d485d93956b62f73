import type { Context, Env, Hono, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Failure, Result } from "../domain/failure.ts";
import { failureResponse } from "./errors.ts";
import { type InputOf, type Operation, type Reply, routePath } from "./operation.ts";
import { noteAbout } from "./request-log.ts";
import { inputOf, validatorsOf } from "./validate.ts";

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
  const last: MiddlewareHandler<E> = async (c) => {
    const reply: Reply<O> = (status, body) => c.json(body, contentful(status));
    const input = inputOf(operation, c);
    const { messageId } = input.params as { messageId?: string };
    if (messageId !== undefined) noteAbout(c, [messageId]);
    const answer = await handler({ ...input, reply }, c);
    return answer instanceof Response ? answer : failureResponse(c, answer.failure);
  };
  const run = inRow([...doorOf(guard), ...validatorsOf<E>(operation), last]);
  router.on(operation.method.toUpperCase(), routePath(operation), run);
}

/** One handler out of a row of steps, each of which answers or leaves it to the next: a chain of the router's own for every operation costs more than most steps do. */
function inRow<E extends Env>(steps: readonly MiddlewareHandler<E>[]) {
  return (c: Context<E>) => {
    const take = async (at: number): Promise<Response | undefined> => {
      const answer = await steps[at]?.(c, async () => {
        const later = await take(at + 1);
        if (later !== undefined) c.res = later;
      });
      return answer instanceof Response ? answer : undefined;
    };
    // What a later step answered stands in the context already.
    return take(0).then((answer) => answer ?? c.res);
  };
}

function doorOf<E extends Env>(guard: Guard<E> | undefined): MiddlewareHandler<E>[] {
  if (guard === undefined) return [];
  return [
    async function askGuard(c, next) {
      const allowed = await guard(c);
      return allowed.ok ? next() : failureResponse(c, allowed.failure);
    },
  ];
}

function contentful(status: number): ContentfulStatusCode {
  // An operation's answers all have a body: statuses without one are never declared.
  return status as ContentfulStatusCode;
}
