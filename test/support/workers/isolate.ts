import worker from "../../../src/index.ts";

export { NumberPool, Sandbox } from "../../../src/index.ts";

/** The Worker keeps what it remembers with the bindings that it is handed. This module is a new one for each test file, and so are these. */
const handed = new WeakMap<Cloudflare.Env, Cloudflare.Env>();

function bindingsOf(env: Cloudflare.Env): Cloudflare.Env {
  const known = handed.get(env);
  if (known !== undefined) return known;
  const bindings = Object.create(env) as Cloudflare.Env;
  handed.set(env, bindings);
  return bindings;
}

/** The Worker under test: to each test file it is one that has just started, though several files share a runtime. */
export default {
  fetch: (request, env, context) => worker.fetch(request, bindingsOf(env), context),
  queue: (batch, env, context) => worker.queue(batch, bindingsOf(env), context),
  scheduled: (controller, env) => worker.scheduled(controller, bindingsOf(env)),
} satisfies ExportedHandler<Cloudflare.Env>;
