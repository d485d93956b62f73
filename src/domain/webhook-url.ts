import { fail, ok, type Result } from "./failure.ts";

/** `ownHosts`: hosts that serve this gateway, with their port where it is not the default. `allowLocal`: development only. */
export type WebhookUrlRules = { ownHosts: readonly string[]; allowLocal: boolean };

const maxLength = 2048;
const maxHostLength = 253;
const maxLabelLength = 63;
const publicPorts = ["", "8443"];

/** Names that never lead to a public host: RFC 6761, RFC 6762 (with its appendix G), RFC 7686, RFC 8375, RFC 9476, ICANN's .internal. */
const privateSuffixes = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "arpa",
  "invalid",
  "onion",
  "alt",
];

/** Public names that answer with the private address written in them, or with loopback. */
const wildcardSuffixes = ["nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com"];

/** First labels under which clouds keep the credentials of their machines. */
const metadataLabels = ["metadata", "instance-data"];

/**
 * Returns the parsed URL where webhooks may be sent to it, else `invalid_webhook_url` with what is wrong and how to fix it.
 * The parsed host is judged (WHATWG URL), never a look-up of its name: a Worker cannot pin the address it connects to.
 */
export function judgeWebhookUrl(url: string, rules: WebhookUrlRules): Result<URL> {
  const tooLong = `The webhook URL is longer than ${maxLength} characters: shorten it.`;
  if (url.length > maxLength) return fail("invalid_webhook_url", tooLong);
  const parsed = hasBlanks(url) ? null : URL.parse(url);
  if (parsed === null) {
    return fail(
      "invalid_webhook_url",
      "The webhook URL is not a valid URL: write it in full and without blanks, for example https://example.com/hook.",
    );
  }
  if (parsed.href.length > maxLength) return fail("invalid_webhook_url", tooLong);
  const complaint =
    findTransportFault(parsed, rules.allowLocal) ??
    findHostFault(parsed.hostname, rules.allowLocal) ??
    findLoop(parsed, rules);
  return complaint === null ? ok(parsed) : fail("invalid_webhook_url", complaint);
}

function hasBlanks(url: string): boolean {
  return Array.from(url).some((character) => character <= " " || character === "\u007f");
}

function findTransportFault(url: URL, allowLocal: boolean): string | null {
  const plain = url.protocol === "http:" && allowLocal;
  if (url.protocol !== "https:" && !plain) return "The webhook URL must begin with https://.";
  if (url.username !== "" || url.password !== "") {
    return "The webhook URL holds a user name or password: remove them, every delivery is signed instead.";
  }
  if (!allowLocal && !publicPorts.includes(url.port)) {
    return `The webhook URL uses port ${url.port}: only 443 and 8443 are allowed.`;
  }
  return null;
}

function findHostFault(hostname: string, allowLocal: boolean): string | null {
  const host = withoutRootDot(hostname);
  const address = host.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
  if (address) return allowLocal ? null : "The webhook URL names an IP address: use a public host name.";
  const labels = host.split(".");
  if (host.length > maxHostLength) return `The webhook URL's host is longer than ${maxHostLength} characters.`;
  if (labels.some((label) => label.length > maxLabelLength)) {
    return `A part of the webhook URL's host is longer than ${maxLabelLength} characters.`;
  }
  if (!labels.every((label) => /^[a-z0-9_-]+$/.test(label))) {
    return "The webhook URL's host has an empty part or a character that no host name can have.";
  }
  return allowLocal ? null : findPrivateName(host, labels);
}

function findPrivateName(host: string, labels: readonly string[]): string | null {
  if (labels.length === 1) return `The webhook URL's host "${host}" is a single word: use a public host name.`;
  const [first = ""] = labels;
  const suffixes = [...privateSuffixes, ...wildcardSuffixes];
  const isPrivate =
    startsWithDigit(labels.at(-1)) ||
    first.startsWith("localhost") ||
    metadataLabels.includes(first) ||
    suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  return isPrivate ? `The webhook URL's host "${host}" is not a public host name: use one that is.` : null;
}

/** No top-level domain begins with a digit (RFC 1123, 2.1): such a name is an address miswritten, which a laxer resolver may still read as one. */
function startsWithDigit(label = ""): boolean {
  return /^\d/.test(label);
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

function withoutRootDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}
