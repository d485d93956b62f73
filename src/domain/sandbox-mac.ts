/** Where the Mac of the sandbox is connected, as a person gives it, and its password: they open nothing but the sandbox. */
export const sandboxMac = { url: "https://mac.sandbox.invalid", password: "sandbox" } as const;

/** Says whether a URL is the sandbox's Mac: the host is of a domain that never exists. */
export function isSandboxMac(url: string): boolean {
  return URL.parse(url)?.origin === sandboxMac.url;
}

/** Returns the URL of the sandbox's Mac that an organization has, by the block of its sandbox's numbers. */
export function sandboxMacOf(block: number): string {
  return `${sandboxMac.url}/${block}`;
}

/** Returns the name of the object that is this Mac. */
export function sandboxMacName(url: string): string {
  return `mac ${new URL(url).pathname.split("/")[1]}`;
}

/** Returns the addresses of a Mac of the sandbox: the number that starts conversations, +1500555 6100 to 6999, and an e-mail address that only answers. */
export function sandboxAliases(block: number): [string, string] {
  return [`+1500555${6100 + (block % 900)}`, `line-${block}@sandbox.invalid`];
}
