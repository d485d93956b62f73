/** Requests leave by a binding of its own where the runtime has one: a local simulator puts a worker of its own before the plain `fetch`. */
export type WayOut = { INTERNET?: Pick<Fetcher, "fetch"> };

/** Returns what leaves the Worker for the outside, by the runtime's `fetch` where nothing else is bound. */
export function wayOut({ INTERNET: bound }: WayOut): (url: string | Request, init?: RequestInit) => Promise<Response> {
  return bound === undefined ? (url, init) => fetch(url, init) : (url, init) => bound.fetch(url, init);
}
