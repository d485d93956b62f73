import { fail, ok, type Result } from "./failure.ts";
import { kept } from "./kept.ts";
import { findHostFault, lacksScheme, withoutRootDot } from "./public-host.ts";

/** `ownHosts`: hosts that serve this gateway, with their port where it is not the default. `allowLocal`: development only. */
export type WebhookUrlRules = { ownHosts: readonly string[]; allowLocal: boolean };

const maxLength = 2048;
const publicPorts = ["", "8443"];

/**
 * Returns the parsed URL where webhooks may be sent to it, else `invalid_webhook_url` with what is wrong and how to fix it.
 * The parsed host is judged (WHATWG URL), never a look-up of its name: a Worker cannot pin the address it connects to.
 */
export function judgeWebhookUrl(url: string, rules: WebhookUrlRules): Result<URL> {
  const tooLong = `The webhook URL is longer than ${maxLength} characters: shorten it.`;
  if (url.length > maxLength) return fail("invalid_webhook_url", tooLong);
  const parsed = hasBlanks(url) ? null : URL.parse(url);
  if (parsed === null) {
    return fail("invalid_webhook_url", `The webhook URL is not a valid URL: ${howToWrite(url, rules.allowLocal)}`);
  }
  if (parsed.href.length > maxLength) return fail("invalid_webhook_url", tooLong);
  const complaint =
    findTransportFault(parsed, rules.allowLocal) ??
    findHostFault("The webhook URL", parsed.hostname, rules.allowLocal) ??
    findLoop(parsed, rules);
  return complaint === null ? ok(parsed) : fail("invalid_webhook_url", complaint);
}

function howToWrite(url: string, allowLocal: boolean): string {
  const schemes = allowLocal ? "https:// (or http://)" : "https://";
  return lacksScheme(url) || (allowLocal && /^(?:localhost|\d)/.test(url))
    ? `${schemes} is missing in front. Write it in full, for example https://example.com/hook.`
    : `write it in full, with ${schemes} and without blanks, for example https://example.com/hook.`;
}

/** Says whether a URL names a host that can be called from the internet: neither an address, nor this machine, nor a name of a private network. */
export const namesPublicHost = kept(16, (url) => {
  const parsed = URL.parse(url);
  return parsed !== null && findHostFault("The URL", parsed.hostname, false) === null;
});

function hasBlanks(url: string): boolean {
  return /[^!-~\u0080-\uffff]/.test(url);
}

function findTransportFault(url: URL, allowLocal: boolean): string | null {
  const plain = url.protocol === "http:" && allowLocal;
  if (url.protocol !== "https:" && !plain) {
    if (allowLocal) return "The webhook URL must begin with https:// or http://.";
    return url.protocol === "http:"
      ? "The webhook URL must begin with https://, not http://. A gateway on your own machine takes http with ALLOW_LOCAL_WEBHOOKS=1."
      : "The webhook URL must begin with https://.";
  }
  if (url.username !== "" || url.password !== "") {
    return "The webhook URL holds a user name or password: remove them, every delivery is signed instead.";
  }
  if (!allowLocal && !publicPorts.includes(url.port)) {
    return `The webhook URL uses port ${url.port}: only 443 and 8443 are allowed.`;
  }
  return null;
}

function findLoop(url: URL, rules: WebhookUrlRules): string | null {
  const isOwn = rules.ownHosts.some((own) => {
    const ownHost = own.toLowerCase();
    if (rules.allowLocal) return url.host.replace(/\.(?=:|$)/, "") === ownHost;
    return belongsTo(withoutRootDot(url.hostname), withoutRootDot(ownHost.replace(/:\d+$/, "")));
  });
  return isOwn ? "The webhook URL leads back to this gateway: use a host of your own." : null;
}

/** On workers.dev every name of our account is ours: previews are served beside the Worker as `<version>-<name>.<account>.workers.dev`. */
function belongsTo(host: string, ownHost: string): boolean {
  const account = /[^.]+\.workers\.dev$/.exec(ownHost)?.[0];
  return host === ownHost || (account !== undefined && (host === account || host.endsWith(`.${account}`)));
}
