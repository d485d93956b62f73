import { judgeChats } from "./judge-chats.mjs";

/** A pool has so many messages on their way at once: a kill takes no more of them with it. */
const placesOfPool = 6;
/** The grace is counted from when a call left, and what Twilio sees is when it came: on a busy machine the first one may be so long on its way. */
const onItsWayMs = 3_000;
/** A STOP and a message that leaves may pass each other on the wire. */
const passingMs = 2_000;

/** Judges what became of every send; returns how each that was accepted must end, by its id, for what must have been told of it. */
export function judgeSends(logs, facts, blame) {
  const { sends, shown, keys, times } = logs;
  const keyOf = new Map(keys.map((key) => [key.name, key]));
  const ends = new Map();
  const owners = new Map();
  for (const send of sends) {
    judgeAnswers(send, facts, blame);
    const [id] = idsOf(send);
    if (id === undefined) continue;
    if (owners.has(id)) blame("S2", `${id} for ${owners.get(id)} and ${send.text}`);
    owners.set(id, send.text);
    const key = keyOf.get(send.key);
    const end = endOf(send, key, facts, times);
    const row = (shown.get(`${send.key} ${send.to}`) ?? []).find(({ message_id }) => message_id === id);
    if (row === undefined || row.text !== send.text) blame("S1", `${id} ${send.text}`);
    else if (!isShownAs(end, row)) blame("S5", `${id} ${send.text}: shown ${sayRow(row)}, must be ${sayEnd(end)}`);
    ends.set(id, { ...end, send, number: facts.createsByText.get(send.text)?.at(-1).from ?? row?.internal_id });
    judgeAsks(send, key, { facts, times }, blame);
  }
  judgeCalls(logs, facts, keyOf, blame);
  judgeUnasked(logs, facts, blame);
  judgeChats(logs, facts, blame);
  judgeSeen(logs, facts, ends, blame);
  return ends;
}

/** The ids that a send was answered. */
export function idsOf({ asks }) {
  return asks.filter(({ status }) => status === 202 || status === 200).map(({ id }) => id);
}

/** Whoever said STOP is refused; everybody else is taken, and a repeat is answered the first one's id. */
function judgeAnswers(send, { stops, cutWithin }, blame) {
  const ids = idsOf(send);
  for (const { at, until, status } of send.asks) {
    if (hasFailed(status) && !cutWithin(at, until)) blame("S12", `${send.text} was answered ${status}`);
  }
  if (new Set(ids).size > 1) blame("S2", `${send.text} as ${[...new Set(ids)].join(", ")}`);
  const stop = stops.get(`${send.key} ${send.to}`);
  if (stop === undefined) judgeTaken(send, ids, blame);
  else if (stop.answeredAt !== null && send.asks[0].at > stop.answeredAt && ids.length > 0) {
    blame("S10", `${send.text} was accepted`);
  }
}

function hasFailed(status) {
  return status === null || status >= 500;
}

function judgeTaken({ text, asks }, ids, blame) {
  const refused = asks.find(({ status }) => !hasFailed(status) && status >= 300);
  if (refused !== undefined) blame("S12", `${text} was answered ${refused.status}`);
  else if (ids.length === 0) blame("S12", `${text} was never accepted`);
}

/** How a send must end, from what Twilio did with it. `may`: other ends that nobody outside can tell from it. */
function endOf(send, key, { takenByText, createsByText, wordsOf, stops, cutsSince }, { attemptsAtMost }) {
  const [taken] = takenByText.get(send.text) ?? [];
  if (taken !== undefined) {
    const status = taken.status === "delivered" ? "delivered" : "failed";
    return { kind: "taken", status, code: taken.errorCode, sid: taken.sid, isOpen: wasMisled(taken, wordsOf) };
  }
  const asks = createsByText.get(send.text) ?? [];
  const last = asks.at(-1);
  if (last?.outcome === "refused") return { kind: "refused", status: "failed", code: last.code };
  const unknown = { kind: "lost", status: "failed", code: "outcome_unknown" };
  if (stops.has(`${send.key} ${send.to}`)) return { ...unknown, code: null };
  const isLost = last === undefined || last.outcome !== "wait" || cutsSince(last.at) > 0;
  // A kill may take one try that nobody outside saw.
  const mayTryMore = key.resends && asks.length + cutsSince(send.asks[0].at) < attemptsAtMost;
  return isLost && !mayTryMore ? unknown : { kind: "must be sent", status: null, code: null };
}

/** Twilio told an end that is not the true one, and nobody answered the true one: then nothing tells which of them the gateway knows. */
function wasMisled({ sid, status }, wordsOf) {
  const heard = (wordsOf.get(sid) ?? []).filter((word) => word.status !== null && word.status < 300);
  const words = heard.map(({ word }) => word);
  return words.some((word) => isEnd(word) && word !== status) && !words.includes(status);
}

function isEnd(word) {
  return word === "delivered" || word === "undelivered" || word === "failed";
}

function isShownAs({ status, code, isOpen }, row) {
  if (isOpen) return isEnd(row.status);
  if (row.status !== status || row.outcome_unknown) return false;
  return status !== "failed" || code === null || String(row.error_code) === String(code);
}

function sayRow(row) {
  return `${row.status} ${row.error_code ?? ""}${row.outcome_unknown ? " unknown" : ""}`;
}

function sayEnd({ status, kind, code }) {
  return `${status ?? kind} ${code ?? ""}`;
}

/** Judges when Twilio was asked for one text again, and whether it was asked for as long as it should have been. */
function judgeAsks(send, key, { facts, times }, blame) {
  const { text } = send;
  const asks = facts.createsByText.get(text) ?? [];
  for (const [index, ask] of asks.entries()) {
    const before = asks[index - 1];
    if (before === undefined || before.outcome === "wait") continue;
    const mayResend = key.resends && before.outcome === "lost" && ask.at - before.at >= times.graceMs - onItsWayMs;
    if (!mayResend) blame("S6", `${text} was asked for again ${ask.at - before.at} ms after it was ${before.outcome}`);
  }
  const isEndless = asks.length > times.attemptsAtMost && asks.at(-2).outcome === "lost";
  if (isEndless) blame("S6", `${text} was asked for ${asks.length} times`);
  if (isForgotten(send, asks.at(-1), facts)) blame("S6", `${text} was not asked for again after 429`);
}

function isForgotten({ key, to }, last, { stops, cutsSince }) {
  return last?.outcome === "wait" && !stops.has(`${key} ${to}`) && cutsSince(last.at) === 0;
}

/** Judges every call to Twilio by who may have asked for it. */
function judgeCalls({ creates, messages }, facts, keyOf, blame) {
  for (const [text, all] of facts.takenByText) if (all.length > 1) blame("S3", `${text} (${all.length} times)`);
  const taken = messages.filter((one) => one.taken).map((one) => ({ ...one, text: one.body, media: one.mediaUrls }));
  for (const call of [...creates, ...taken]) {
    const what = `${call.text} from ${call.from} to ${call.to}`;
    if (!isAskedFor(call, facts.sendByText.get(call.text), keyOf)) blame("S4", what);
  }
  for (const create of creates) if (isAfterStop(create, facts)) blame("S10", `${create.text} left after STOP`);
}

function isAskedFor({ to, from, media }, send, keyOf) {
  if (send === undefined || send.to !== to || !keyOf.get(send.key).numbers.includes(from)) return false;
  return media === undefined || String(media) === String(send.media);
}

function isAfterStop({ text, to, at }, { stops, sendByText }) {
  const stop = stops.get(`${sendByText.get(text)?.key} ${to}`);
  return stop?.answeredAt != null && at > stop.answeredAt + passingMs;
}

/** The row says that a message leaves before it does: a kill between the two leaves one that nobody ever asked for. Each kill explains no more than a pool's places, and so does each standstill of the machine. */
function judgeUnasked({ sends, keys, cuts }, { createsByText, stops, standstills }, blame) {
  for (const { name } of keys) {
    const unasked = sends.filter(
      (send) =>
        send.key === name &&
        idsOf(send).length > 0 &&
        !createsByText.has(send.text) &&
        !stops.has(`${name} ${send.to}`),
    );
    const left = [...cuts, ...standstills].map(({ upAt }) => ({ upAt, places: placesOfPool }));
    for (const { asks, text } of unasked.sort((one, other) => one.asks[0].at - other.asks[0].at)) {
      const cut = left.find(({ upAt, places }) => places > 0 && upAt >= asks[0].at);
      if (cut === undefined) blame("S7", text);
      else cut.places -= 1;
    }
  }
}

const ranks = { queued: 0, sent: 1, delivered: 2, failed: 2 };

/** Judges what a client was shown of each message while it ran, and in the end. */
function judgeSeen({ seen }, { wordsOf }, ends, blame) {
  const highest = new Map();
  for (const { id, status } of seen) {
    const before = highest.get(id);
    if (before === undefined || ranks[status] >= ranks[before]) highest.set(id, status);
    const isBack =
      before !== undefined && (ranks[status] < ranks[before] || (ranks[before] === 2 && status !== before));
    if (isBack && !isDisputed(ends.get(id), wordsOf)) blame("S11", `${id}: ${status} after ${before}`);
  }
}

/** Says whether Twilio told two ends of a message: then the second may follow the first. */
export function isDisputed(end, wordsOf) {
  const words = (wordsOf.get(end?.sid) ?? []).map(({ word }) => word);
  return words.includes("delivered") && words.includes("undelivered");
}
