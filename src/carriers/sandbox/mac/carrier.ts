import { isSandboxMac, sandboxMacName } from "../../../domain/sandbox-mac.ts";
import type { OpenMac } from "../../bluebubbles/account.ts";
import { macCarrier } from "../../bluebubbles/client.ts";
import type { Sandboxes } from "../fetch.ts";
import { pixel } from "../pixel.ts";

/** Returns Macs as they are opened, the sandbox's among them: the same client, its requests answered by the sandbox object of the organization. It fetches no file: each is one grey pixel. */
export function withSandboxMac(mac: OpenMac, sandboxes: Sandboxes): OpenMac {
  const sandbox = macCarrier({
    fetch: async (url, init) => sandboxes.getByName(sandboxMacName(url)).fetch(url, init),
    openFile: async () => ({ ok: true, value: new Response(pixel, { headers: { "content-type": "image/png" } }) }),
    typingMs: 500,
  });
  return (login) => (isSandboxMac(login.url) ? sandbox(login) : mac(login));
}
