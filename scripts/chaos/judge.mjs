import { groupBy } from "./group.mjs";
import { judgeEvents } from "./judge-events.mjs";
import { judgeCallbacks, judgeInbound } from "./judge-people.mjs";
import { judgeSends } from "./judge-sends.mjs";
import { rules } from "./rules.mjs";

/** So long after it came up, or before it was cut off, a call may still meet nobody. */
const aroundMs = 1_500;

/**
 * Derives from the logs of the outside alone what must have happened; returns what breaks each rule, by the rule's id. All times are the machine's, in milliseconds.
 * - `keys`: `name`, `numbers`, `resends`, and `path` and `secret` of each of its `hooks`, which get every event;
 * - `sends`: what clients asked: `key`, `to`, `text`, `media`, and `asks` (`at`, `until`, `status` or null, `id`); `seen`: statuses they were shown on the way (`key`, `id`, `status`, `askedAt`, `at`); `shown`: all messages of a chat in the end, by `key chat`;
 * - `creates`: calls that asked Twilio to send (`at`, `to`, `from`, `text`, `outcome`: taken, late, lost, refused or wait, `code`); `messages`: what Twilio knows (`sid`, `to`, `from`, `body`, `mediaUrls`, `status`, `errorCode`, `taken`); `violations`: its complaints;
 * - `told`: callbacks (`sid`, `word`, `forged`, `at`, `until`, `status`); `inbound`: what people wrote (`key`, `sid`, `from`, `to`, `text`, `files`, `forged`, `answers`: `at`, `until`, `status`);
 * - `deliveries`: what the receiver got (`at`, `path`, `headers`, `raw`, `status` answered or null); `cuts`: when the gateway was down (`at`, `upAt`); `times`: the run's `graceMs`, `callTimeoutMs`, `attemptsAtMost` and `delaysMs`; `endedAt`: when it ended, where it did not wait for every repeat.
 */
export function judge(logs) {
  const broken = Object.fromEntries(Object.keys(rules).map((rule) => [rule, []]));
  const blame = (rule, what) => broken[rule].push(what);
  const facts = readFacts(logs);
  const ends = judgeSends(logs, facts, blame);
  judgeCallbacks(logs, facts, blame);
  judgeInbound(logs, facts, blame);
  judgeEvents(logs, facts, ends, blame);
  for (const violation of logs.violations) blame("T1", violation);
  return broken;
}

/** What several rules look up. */
function readFacts({ sends, creates, messages, cuts, inbound, told, seen, times }) {
  const genuine = inbound.filter(({ forged }) => !forged);
  return {
    sendByText: new Map(sends.map((send) => [send.text, send])),
    createsByText: groupBy(creates, ({ text }) => text),
    takenByText: groupBy(
      messages.filter(({ taken }) => taken),
      ({ body }) => body,
    ),
    writtenBy: groupBy(genuine, ({ key, from }) => `${key} ${from}`),
    stops: readStops(genuine),
    wordsOf: groupBy(
      told.filter(({ forged }) => !forged),
      ({ sid }) => sid,
    ),
    standstills: readStandstills(sends, seen, times.callTimeoutMs / 2),
    /** Says whether the gateway was down at some moment of this time. */
    cutWithin: (from, until) => cuts.some(({ at, upAt }) => at - aroundMs <= until && upAt + aroundMs >= from),
    cutsSince: (from) => cuts.filter(({ upAt }) => upAt + aroundMs >= from).length,
  };
}

/** When the machine had so much else to do that a client waited for its answer about as long as the gateway waits for Twilio's: then a call may be given up before it got out. */
function readStandstills(sends, seen, slowMs) {
  const answered = sends.flatMap(({ asks }) => asks.filter(({ status }) => status !== null));
  const waits = [...answered, ...seen.map(({ askedAt, at }) => ({ at: askedAt, until: at }))];
  const periods = [];
  for (const { at, until } of waits
    .filter((one) => one.until - one.at >= slowMs)
    .sort((one, other) => one.at - other.at)) {
    const last = periods.at(-1);
    if (last !== undefined && at <= last.upAt) last.upAt = Math.max(last.upAt, until);
    else periods.push({ at, upAt: until });
  }
  return periods;
}

/** When each person's STOP was posted first, and when it was answered 200; null where it was not. */
function readStops(genuine) {
  const stops = new Map();
  for (const { key, from, text, at, answers } of genuine) {
    if (text !== "STOP") continue;
    const answered = answers.find(({ status }) => status === 200);
    stops.set(`${key} ${from}`, { postedAt: at, answeredAt: answered?.until ?? null });
  }
  return stops;
}
