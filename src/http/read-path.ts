import { getPath } from "hono/utils/url";

/** These doors are named by whole URLs that we gave away, and Twilio signs every character of its own. */
const exact = /^\/+(?:twilio|l|media)(?:\/|$)/;

/**
 * Returns the path that a request is routed by: doubled and trailing slashes, as clients get by joining a base and a path, are passed over. Not so a
 * trailing one of a DELETE: an empty id, or the tag `..`, would then delete what stands above it.
 */
export function readPath(request: Request): string {
  const path = getPath(request);
  if (exact.test(path)) return path;
  const single = path.replace(/\/{2,}/g, "/");
  const trails = single.length > 1 && single.endsWith("/") && request.method !== "DELETE";
  return trails ? single.slice(0, -1) : single;
}
