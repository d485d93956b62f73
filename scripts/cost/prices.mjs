/** US dollars for a million of each on Workers Paid, beyond what is included: developers.cloudflare.com, read 2026-11-26. Durations are a million GB-seconds. */
const usdPerMillion = {
  requests: 0.3,
  cpuMs: 0.02,
  objectCalls: 0.15,
  objectSeconds: 12.5 * 0.128,
  rowsWritten: 1,
  rowsRead: 0.001,
  queueOperations: 0.4,
  logLines: 0.6,
};

/** What the free plan gives in a day. */
const freePerDay = {
  requests: 100_000,
  objectCalls: 100_000,
  objectSeconds: 13_000 / 0.128,
  rowsWritten: 100_000,
  rowsRead: 5_000_000,
  queueOperations: 10_000,
  logLines: 200_000,
};

const names = {
  requests: "Worker requests",
  cpuMs: "CPU, ms (local)",
  objectCalls: "object calls",
  objectSeconds: "object, seconds (assumed)",
  rowsWritten: "rows written",
  rowsRead: "rows read",
  queueOperations: "queue operations",
  logLines: "log lines",
};

/** An object is awake while Twilio answers; a call itself takes milliseconds. Loopback cannot show either. */
const twilioAnswersIn = 0.25;
const callTakes = 0.005;

function withSeconds(counted) {
  return { ...counted, objectSeconds: twilioAnswersIn + counted.objectCalls * callTakes };
}

/**
 * Returns what a million messages cost, each part by its name with its count for one message and its US dollars for a million.
 * @param {Record<string, number>} counted
 * @returns {{ total: number, parts: Record<string, { count: number, usd: number }> }}
 */
export function priceOf(counted) {
  const all = withSeconds(counted);
  const parts = Object.fromEntries(
    Object.entries(usdPerMillion).map(([unit, usd]) => [names[unit], { count: all[unit], usd: all[unit] * usd }]),
  );
  return { parts, total: Object.values(parts).reduce((sum, { usd }) => sum + usd, 0) };
}

/** Returns how many messages a day the free plan carries, by the name of what ends first; Infinity where a message takes none. */
export function wallsOf(counted) {
  const all = withSeconds(counted);
  return Object.fromEntries(Object.entries(freePerDay).map(([unit, limit]) => [names[unit], limit / all[unit]]));
}
