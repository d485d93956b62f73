/**
 * Compares what the gateway shows with three logs that it did not write. `promised`: message ids that were answered 202; `taken`: the messages that
 * the carrier took; `callbacks`: its status callbacks with the answer each got; `deliveries`: what the webhook received; `shown`: what the gateway
 * answers about each id, null where it knows none; `feed`: the events that it says happened.
 */
export function judge({ promised, taken, callbacks, deliveries, shown, feed }) {
  const takenById = groupBy(taken, ({ messageId }) => messageId);
  const deliveriesById = groupBy(deliveries, ({ eventId }) => eventId);
  const answered = bestAnswered(callbacks, taken);
  const left = leftOpen({ promised, takenById, answered, shown });
  const rules = {
    "answered 202 and lost": promised.filter((id) => shown.get(id) == null),
    "one id for two promises": [...groupBy(promised, (id) => id)].filter(([, all]) => all.length > 1).map(first),
    "taken twice": [...takenById].filter(([, all]) => all.length > 1).map(first),
    "taken but never promised": [...takenById.keys()].filter((id) => !promised.includes(id)),
    "shown as sent, never taken": promised.filter((id) => rankOf(shown.get(id)) > 0 && !takenById.has(id)),
    "shown as failed, nothing refused": promised.filter((id) => isFailed(shown.get(id))),
    "callback answered 2xx and forgotten": [...answered]
      .filter(([id, rank]) => rankOf(shown.get(id)) < rank)
      .map(first),
    "callback refused": callbacks.filter(({ status }) => status >= 400 && status < 500).map(({ sid }) => sid),
    "neither settled nor explained": left.stuck,
    "event that never arrived": feed.map(({ eventId }) => eventId).filter((id) => !deliveriesById.has(id)),
    "event with two bodies": [...deliveriesById].filter(([, all]) => new Set(all.map(bytesOf)).size > 1).map(first),
    "event that the feed does not have": missingFrom(feed, deliveriesById),
    "event told under two ids": toldTwice(deliveries),
  };
  return { rules, left };
}

/** Messages that nothing in the next minutes can settle: outcomes that wait for the ten-minute look, and callbacks that the carrier gave up. */
function leftOpen({ promised, takenById, answered, shown }) {
  const left = { unknown: [], callbackLost: [], stuck: [] };
  for (const id of promised) {
    const view = shown.get(id);
    if (view == null || rankOf(view) === 2 || isFailed(view)) continue;
    const isTaken = takenById.has(id);
    if (view.outcomeUnknown) left.unknown.push(id);
    else if (isTaken && (answered.get(id) ?? 0) < 2) left.callbackLost.push(id);
    else left.stuck.push(id);
  }
  return left;
}

/** Returns how far the callbacks that were answered 2xx brought each message. */
function bestAnswered(callbacks, taken) {
  const idOfSid = new Map(taken.map(({ sid, messageId }) => [sid, messageId]));
  const best = new Map();
  for (const { sid, word, status } of callbacks) {
    const id = idOfSid.get(sid);
    if (status < 200 || status > 299 || id === undefined) continue;
    best.set(id, Math.max(best.get(id) ?? 0, rankOf({ status: word })));
  }
  return best;
}

function missingFrom(feed, deliveriesById) {
  const bodies = new Map(feed.map(({ eventId, body }) => [eventId, body]));
  return [...deliveriesById].filter(([id, [one]]) => bodies.get(id) !== bytesOf(one)).map(first);
}

function toldTwice(deliveries) {
  const told = groupBy(deliveries, ({ messageId, event }) => `${messageId} ${event}`);
  return [...told].filter(([, all]) => new Set(all.map(({ eventId }) => eventId)).size > 1).map(first);
}

function rankOf(view) {
  return { sent: 1, delivered: 2 }[view?.status] ?? 0;
}

function isFailed(view) {
  return ["failed", "undelivered", "cancelled"].includes(view?.status);
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function first([key]) {
  return key;
}

function bytesOf({ body }) {
  return body;
}
