import { readFileSync } from "node:fs";
import { join } from "node:path";
import { internetBinding } from "../bundle.mjs";
import { cpuOf, root, runtimesOfNext } from "./rig.mjs";

const path = join(root, "scripts", "bench", "yardstick.js");

/** Runs the yardstick on a runtime of its own, beside a rig's stand-in for Twilio and its receiver (whose path `/bare` it tells); returns its address, its CPU and its end. */
export async function startYardstick({ twilio, sink }) {
  const { default: miniflare } = await import("miniflare");
  const runtimes = runtimesOfNext();
  const mf = new miniflare.Miniflare(
    miniflare.convertV4MiniflareOptions({
      name: "yardstick",
      modules: [{ type: "ESModule", path, contents: readFileSync(path, "utf8") }],
      modulesRoot: root,
      compatibilityDate: "2026-10-01",
      durableObjects: { YARD: { className: "Yard", useSQLite: true } },
      bindings: {
        TWILIO_URL: twilio.url,
        ACCOUNT_SID: twilio.accountSid,
        AUTH_TOKEN: twilio.authToken,
        FROM: twilio.numbers[0].phoneNumber,
        HOOK: `${sink.url}/bare`,
      },
      serviceBindings: internetBinding(),
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new miniflare.Log(miniflare.LogLevel.ERROR),
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    }),
  );
  const url = String(await mf.unsafeGetDirectURL()).replace(/\/$/, "");
  return { url, cpu: () => cpuOf(runtimes.at(-1).pid), stop: () => mf.dispose() };
}
