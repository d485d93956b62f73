import { version } from "../package.json";
import { makeDeps } from "./deps.ts";
import { readBell } from "./domain/calls/telling.ts";
import { readLogShare } from "./domain/log-share.ts";
import { learnNews, readNews } from "./flows/accounts/account-health.ts";
import { readErrand, runErrands } from "./flows/errands.ts";
import { watch } from "./flows/watchdog.ts";
import { deliver } from "./flows/webhooks/deliver.ts";
import { type App, makeApp, type Setup } from "./http/app.ts";
import { callbackDoor } from "./http/doors/callbacks.ts";
import { sendDoor } from "./http/doors/sends.ts";
import { readSettings } from "./settings.ts";

export { Sandbox } from "./carriers/sandbox/sandbox.ts";
export { NumberPool } from "./pool/number-pool.ts";

type Ready = {
  setup: Setup;
  app: App;
  takeCallback: ReturnType<typeof callbackDoor>;
  takeSend: ReturnType<typeof sendDoor>;
};

const readied = new WeakMap<object, Ready>();

/** Settings are read once for each set of bindings that the platform hands in. */
function ready(env: Cloudflare.Env): Ready {
  const known = readied.get(env);
  if (known !== undefined) return known;
  const settings = readSettings(env);
  const setup: Setup = settings.ok
    ? { ok: true, deps: makeDeps(env, settings.value), adminToken: settings.value.adminToken, version }
    : { ...settings, version };
  const log = { write: (line: string) => console.log(line), share: readLogShare(env.LOG_SHARE) };
  const takeCallback = setup.ok ? callbackDoor(setup.deps, log) : () => null;
  const takeSend = setup.ok ? sendDoor(setup.deps, log) : () => null;
  const made = { setup, app: makeApp(setup, log), takeCallback, takeSend };
  readied.set(env, made);
  return made;
}

export default {
  fetch(request, env, ctx) {
    const { app, takeCallback, takeSend } = ready(env);
    const toApi = () => app.fetch(request, env, ctx);
    return takeCallback(request) ?? takeSend(request, toApi) ?? toApi();
  },
  async queue(batch, env, ctx) {
    const { setup } = ready(env);
    if (!setup.ok) return batch.retryAll({ delaySeconds: 60 });
    await learnNews(
      setup.deps,
      batch.messages.flatMap((message) => readNews(message.body) ?? []),
    );
    await runErrands(
      setup.deps,
      batch.messages.flatMap((message) => readErrand(message.body) ?? []),
    );
    const rung = batch.messages.map((message) => ({ message, bell: readBell(message.body) }));
    const { failed, rest } = await deliver(
      setup.deps,
      rung.flatMap(({ bell }) => bell ?? []),
    );
    ctx.waitUntil(rest);
    const again = new Set([...failed].map(({ pool, lane }) => `${pool} ${lane}`));
    for (const { message, bell } of rung) {
      if (bell !== null && again.has(`${bell.pool} ${bell.lane}`)) message.retry({ delaySeconds: 10 });
      else message.ack();
    }
  },
  async scheduled(_controller, env) {
    const { setup } = ready(env);
    if (setup.ok) await watch(setup.deps);
  },
} satisfies ExportedHandler<Cloudflare.Env>;
