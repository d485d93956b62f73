const longestSeconds = 86_400;

/** Returns the seconds that a Retry-After header asks for (RFC 9110 10.2.3: seconds or an HTTP date), at most a day; null when absent or unreadable. */
export function readRetryAfter(header: string | null, now: number): number | null {
  const value = header?.trim() ?? "";
  if (/^\d{1,15}$/.test(value)) return Math.min(Number(value), longestSeconds);
  if (!/^[A-Z][a-z]{2,8},? /.test(value)) return null;
  const at = Date.parse(value);
  if (Number.isNaN(at)) return null;
  return Math.min(Math.max(Math.ceil((at - now) / 1000), 0), longestSeconds);
}
