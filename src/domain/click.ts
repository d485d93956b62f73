/** Faster than this after the message left, nobody has read it: phones and carriers fetch previews at once. */
export const leastReadingMs = 1_500;

/** What is known of a request for a short link. `knownBot`: its user agent is on the kept list of bots, or it has none. */
export type Click = { knownBot: boolean; prefetch: boolean; sinceSentMs: number };

/** Returns whether a click counts as a machine's: a known bot, a browser that fetches ahead, or one that came before anybody could have read the message. */
export function isBotClick(click: Click): boolean {
  return click.knownBot || click.prefetch || click.sinceSentMs < leastReadingMs;
}

/** Returns whether request headers say that a browser or app fetches ahead (Sec-Purpose, and the older Purpose, X-Purpose, X-Moz). */
export function isPrefetch(header: (name: string) => string | null): boolean {
  return ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"].some((name) =>
    /prefetch|preview|prerender/i.test(header(name) ?? ""),
  );
}
