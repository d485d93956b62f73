const retry = "src/domain/retry.ts";

/** What the judge must know of the shortened times below. */
export const times = {
  graceMs: 16_000,
  callTimeoutMs: 10_000,
  attemptsAtMost: 5,
  delaysMs: [0, 500, 5_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000],
};
/** A call that hangs is taken at most so long after it came, when the gateway has given it up: the grace is above it. What only a slow machine would miss keeps its time. */
export const latestAcceptanceMs = 12_000;

/** The product's long waits made short, so that a run sees the ten-minute look, the hourly poll and the last repeat; their proportions stay. */
export const shortTimes = [
  {
    file: retry,
    from: `  0,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
`,
    to: times.delaysMs.join(", "),
  },
  { file: retry, from: "slowDelayMs = 60 * second", to: "slowDelayMs = 1 * second" },
  {
    file: retry,
    from: "{ grace: 10 * minute, secondLook: 60 * second,",
    to: `{ grace: ${times.graceMs}, secondLook: 1 * second,`,
  },
  {
    file: retry,
    from: "[1 * hour, 6 * hour, 24 * hour, 72 * hour, 96 * hour]",
    to: "[30 * second, 45 * second, 60 * second, 90 * second, 2 * hour]",
  },
  { file: retry, from: "{ base: 1 * second, ceiling: 60 * second }", to: "{ base: 100, ceiling: 1 * second }" },
  {
    file: "src/pool/settling/settle.ts",
    from: "lateDepartureMs = 10 * 60 * 1000",
    to: "lateDepartureMs = 8_000",
  },
  { file: "src/pool/settling/poll.ts", from: "sweepEveryMs = 10 * 60 * 1000", to: "sweepEveryMs = 2_000" },
  { file: "src/pool/sending/reconcile.ts", from: "longestPauseMs = 30 * 60 * 1000", to: "longestPauseMs = 10_000" },
  { file: "src/pool/telling/bells.ts", from: "bellPatienceMs = 10_000", to: "bellPatienceMs = 2_000" },
  { file: "src/carriers/twilio/client.ts", from: "timeoutMs = 20_000", to: `timeoutMs = ${times.callTimeoutMs}` },
];
