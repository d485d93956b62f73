/** As much of the sandbox's namespace as a call needs. */
export type Sandboxes = { getByName(name: string): { fetch(url: string, init: RequestInit): Promise<Response> } };

/** Returns a `fetch` that answers Twilio's URLs from the sandbox object of the account in their path; it reaches no network. */
export function sandboxFetch(sandboxes: Sandboxes): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const accountSid = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})\b/.exec(new URL(url).pathname)?.[1];
    if (accountSid === undefined) return new Response(null, { status: 404 });
    return sandboxes.getByName(accountSid).fetch(url, init);
  };
}
