const maxHostLength = 253;
const maxLabelLength = 63;

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

/** Returns what is wrong with a parsed URL's host name as a public one, as a sentence about `what` ("The webhook URL"), or null. */
export function findHostFault(what: string, hostname: string, allowLocal: boolean): string | null {
  const host = withoutRootDot(hostname);
  const address = host.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
  if (address) return allowLocal ? null : `${what} names an IP address: use a public host name.`;
  const labels = host.split(".");
  if (host.length > maxHostLength) return `${what}'s host is longer than ${maxHostLength} characters.`;
  if (labels.some((label) => label.length > maxLabelLength)) {
    return `A part of ${what.replace(/^T/, "t")}'s host is longer than ${maxLabelLength} characters.`;
  }
  if (!labels.every((label) => /^[a-z0-9_-]+$/.test(label))) {
    return `${what}'s host has an empty part or a character that no host name can have.`;
  }
  return allowLocal ? null : findPrivateName(what, host, labels);
}

/** Says whether a text reads like a URL that lacks its scheme: `example.com/hook`. */
export function lacksScheme(url: string): boolean {
  return /^(?:\/\/)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?(?:[/?#].*)?$/i.test(url);
}

/** Returns a host name without the dot of the root at its end. */
export function withoutRootDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

function findPrivateName(what: string, host: string, labels: readonly string[]): string | null {
  if (labels.length === 1) return `${what}'s host "${host}" is a single word: use a public host name.`;
  const [first = ""] = labels;
  const suffixes = [...privateSuffixes, ...wildcardSuffixes];
  const isPrivate =
    startsWithDigit(labels.at(-1)) ||
    first.startsWith("localhost") ||
    metadataLabels.includes(first) ||
    suffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
  return isPrivate ? `${what}'s host "${host}" is not a public host name: use one that is.` : null;
}

/** No top-level domain begins with a digit (RFC 1123, 2.1): such a name is an address miswritten, which a laxer resolver may still read as one. */
function startsWithDigit(label = ""): boolean {
  return /^\d/.test(label);
}
