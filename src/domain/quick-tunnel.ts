/** Below these names a tunnel that BlueBubbles Server opens gets a new host with each start: Cloudflare's quick tunnels, ngrok, zrok. */
const providers = [
  "trycloudflare.com",
  "ngrok-free.app",
  "ngrok-free.dev",
  "ngrok.app",
  "ngrok.io",
  "share.zrok.io",
] as const;

/** Says whether an address may be where a quick tunnel has moved to: https, at the same provider. Any other address never moves by itself, for whoever holds a name beside it is a stranger. */
export function mayHaveMoved(known: string, given: string): boolean {
  const provider = providerOf(known);
  return provider !== null && provider === providerOf(given);
}

/** Returns the provider of quick tunnels at which an https address stands, null for any other address. */
export function providerOf(url: string): string | null {
  const address = URL.parse(url);
  if (address?.protocol !== "https:") return null;
  return providers.find((name) => address.hostname.endsWith(`.${name}`)) ?? null;
}
