import { setTimeout as pause } from "node:timers/promises";
import { call } from "../../test/support/node/client.ts";
import { startFakeTwilio } from "../../test/support/node/fake-twilio.ts";
import { startSink } from "../../test/support/node/sink.ts";
import { startGateway } from "../../test/support/node/start-gateway.ts";
import { cast, numbers } from "./world.mjs";

/**
 * As `startWorld`, with the gateway as `npm start` runs it: its own processes, its own port, its own times, and the clock that the start script rings. `settings` are variables
 * of its environment.
 */
export async function startGatewayWorld({ seed, settings = {}, ...fate }) {
  const account = { accountSid: `AC${"a1".repeat(16)}`, authToken: "token-of-the-stand-in" };
  const twilio = await startFakeTwilio({ ...account, numbers, lifeCycle: () => [] });
  const sink = await startSink();
  const env = { TWILIO_API_URL: twilio.url, ALLOW_LOCAL_WEBHOOKS: "1", ...settings };
  const gateway = await startGateway({ npm: "start", env }).catch(async (error) => {
    await Promise.all([twilio.stop(), sink.stop()]);
    throw error;
  });
  const world = {
    seed,
    twilio,
    sink,
    gateway,
    url: gateway.url,
    creates: [],
    told: [],
    cuts: [],
    stormy: false,
    over: false,
  };
  world.admin = (method, path, body) => call(gateway, gateway.adminToken, method, `/admin/api${path}`, body);
  cast(world, fate);
  world.stop = async () => {
    world.over = true;
    await pause(100);
    await gateway.stop();
    await Promise.all([twilio.stop(), sink.stop()]);
    await gateway.forget();
  };
  return world;
}
