import type { MacAccount, MacLogin, MacOptions } from "../../../src/carriers/bluebubbles/account.ts";
import { macCarrier } from "../../../src/carriers/bluebubbles/client.ts";
import { capabilitiesOf } from "../../../src/carriers/bluebubbles/look.ts";
import type { Outgoing, Sought } from "../../../src/carriers/carrier.ts";
import type { FakeMacOptions } from "./fake-bluebubbles-mac.ts";

export const line = "+14155550100";
export const person = "+15551234567";
export const macOptions: FakeMacOptions = { password: "pass word&ü?#1", aliases: [line] };

/** Returns the login of a stand-in as a gateway would hold it after its first look. */
export function loginTo(url: string, change: Partial<MacLogin> = {}): MacLogin {
  const capabilities = capabilitiesOf({
    serverVersion: "1.9.9",
    macosVersion: "15.5",
    privateApi: true,
    smsForwarding: true,
    mayUseAppleScript: false,
  });
  return {
    url,
    password: macOptions.password,
    lines: [line],
    privateApi: true,
    activeAlias: line,
    capabilities,
    mayUseAppleScript: false,
    ...change,
  };
}

/** Opens the stand-in as a carrier; files come from the URL as they are. */
export function openCarrier(login: MacLogin, options: Partial<MacOptions> = {}): MacAccount {
  const openFile: MacOptions["openFile"] = async (url) => ({ ok: true, value: await fetch(url) });
  return macCarrier({ fetch, openFile, readMs: 10_000, sendMs: 10_000, uploadMs: 10_000, typingMs: 0, ...options })(
    login,
  );
}

/** Returns a message to the person, as it leaves. */
export function outgoingTo(change: Partial<Outgoing> = {}): Outgoing {
  const reference = { messageId: `msg_${crypto.randomUUID()}`, callbackUrl: "https://gateway.test/x" };
  return { to: person, from: line, text: "Hello", mediaUrls: [], reference, extras: {}, ...change };
}

/** Returns the same message as it is looked for. */
export function soughtOf({ reference: _, watermark: __, ...message }: Outgoing, change: Partial<Sought> = {}): Sought {
  return { ...message, isOurs: () => false, peers: { count: 1, rank: 0 }, absentAfterMs: 0, ...change };
}
