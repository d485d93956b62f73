import { times } from "./times.mjs";

const retry = "src/domain/retry.ts";
const outbox = "src/pool/telling/outbox.ts";
const receive = "src/flows/messages/receive.ts";

/** Returns one replacement of a source's text. */
function change(file, from, to) {
  return [{ file, from, to }];
}

/**
 * Faults put into the product to see that the judge finds them: what each is, and the texts that it replaces in the sources. `kills`: how often the run that must
 * find it is cut off, once where nothing is said; `fates`: how its calls fail, in every way where nothing is said.
 */
export const mutations = {
  "delivered-forgotten": {
    what: "a tenth of the deliveries of messages is never told",
    changes: change(
      outbox,
      "const name = eventOfStatus(row.status);",
      'const name = row.status === "delivered" && Math.random() < 0.1 ? null : eventOfStatus(row.status);',
    ),
  },
  "never-sent": {
    what: "a tenth of the messages is never sent, and its outcome called unknown",
    kills: 0,
    changes: change(
      "src/pool/sending/dispatch.ts",
      "const told = await carrier.send({ ...outgoing, watermark: { at: startedAt, mark } });",
      `const told: Outcome = Math.random() < 0.1
         ? { kind: "unknown", cause: "", requestId: null } : await carrier.send({ ...outgoing, watermark: { at: startedAt, mark } });`,
    ),
  },
  "sequence-in-threes": {
    what: "the sequence numbers of a chat go in steps of three",
    changes: change("src/pool/ledger/numbering.ts", "head.number += 1;", "head.number += 3;"),
  },
  "blind-look": {
    what: "the look through Twilio's list never finds anything",
    changes: change(
      "src/carriers/twilio/settle.ts",
      "return { ok: true, value: decide(sought, candidates, times) };",
      'return { ok: true, value: { kind: "absent" } };',
    ),
  },
  "inbound-dropped": {
    what: "what people write is answered 200 and dropped",
    changes: change(
      receive,
      "return keep(deps, account, number, { ...message, detail });",
      "return detail === null ? keep(deps, account, number, message) : ok(null);",
    ),
  },
  "blind-retry": {
    what: "a send whose answer was lost is sent again like one that was not taken",
    changes: change(
      "src/carriers/twilio/outcome.ts",
      'return { kind: "unknown", cause, requestId };',
      'return { kind: "wait", retryAfterSeconds: null, requestId };',
    ),
  },
  "resent-after-kill": {
    what: "what was leaving at a kill is sent again",
    kills: 4,
    changes: change(
      "src/pool/sending/reconcile.ts",
      'for (const row of rows) holdUnknown(desk, row, "the gateway stopped while the message was leaving");',
      `for (const row of rows) {
         holdUnknown(desk, row, "");
         const held = findMessage(desk.sql, row.seq) as MessageRow;
         sendAgain(desk, { account: held.account, due_at: held.due_at ?? 0, seq: held.seq, kind: "lost", n: 0 }, held);
       }`,
    ),
  },
  "grace-too-short": {
    what: "a lost send is sent again before Twilio's latest acceptance",
    fates: "late",
    changes: change(retry, `{ grace: ${times.graceMs},`, "{ grace: 2000,"),
  },
  "poll-forgotten": {
    what: "a message whose callbacks were lost is never asked for",
    changes: [
      ...change(
        "src/pool/settling/poll.ts",
        "for (const age of statusPollsMs.keys()) complete",
        "for (const age of [].slice() as number[]) complete",
      ),
      ...change(
        "src/pool/settling/poll.ts",
        'const isOver = look.kind !== "truth" && isDone(row);',
        'const isOver = look.kind !== "truth";',
      ),
    ],
  },
  "stop-forgotten": {
    what: "STOP is heard and not heeded",
    changes: change(
      "src/pool/receiving/receive.ts",
      'if (keyword === "stop") recordOptOut(desk, { chat, number, source });',
      "",
    ),
  },
  "status-goes-back": {
    what: "a late callback sets a status back",
    changes: change(
      "src/domain/status.ts",
      'return ranks[reported] > ranks[current] ? "apply" : "ignore";',
      'return "apply";',
    ),
  },
  "stickiness-lost": {
    what: "a person's number is forgotten",
    changes: change("src/pool/sending/accept.ts", "stickTo: choice.stick ? number.address : null,", "stickTo: null,"),
  },
  "idempotency-ignored": {
    what: "a repeat under one idempotency key is a new message",
    changes: change(
      "src/pool/sending/accept.ts",
      "const replay = idempotency === null ? null : replayOf(desk, request, idempotency);",
      "const replay = idempotency === null ? null : null as ReturnType<typeof replayOf>;",
    ),
  },
  "signature-missing": {
    what: "deliveries have one signature instead of two",
    changes: change("src/domain/webhook-signature.ts", '"webhook-signature": standard', '"webhook-unsigned": standard'),
  },
  "told-under-two-ids": {
    what: "a tenth of the events is told once more under a new id",
    changes: change(
      outbox,
      "oweTo(desk, event, { chat: row.chat, receivers }, failureOf(name, row));",
      `oweTo(desk, event, { chat: row.chat, receivers }, failureOf(name, row));
       if (Math.random() < 0.1) {
         const again = desk.nextSequence();
         const copy = { ...payload, event_id: rowId("evt", again, desk.tag), sequence: nextChatSequence(desk.sql, row.chat) };
         oweTo(desk, { ...event, seq: again, body: JSON.stringify(copy) }, { chat: row.chat, receivers }, failureOf(name, row));
       }`,
    ),
  },
  "wrong-key": {
    what: "a part of what people write is kept by another key",
    changes: [
      ...change(
        "src/flows/messages/keep-inbound.ts",
        "const received = await askPool(deps, number.apiKeyId, (pool) => pool.receive(message, handsOfRequest));",
        `const known = ((globalThis as never as { known?: Set<string> }).known ??= new Set()).add(number.apiKeyId);
         const other = [...known].find((key) => key !== number.apiKeyId) ?? number.apiKeyId;
         const received = await askPool(deps, Math.random() < 0.2 ? other : number.apiKeyId, (pool) => pool.receive(message, handsOfRequest));`,
      ),
      ...change("src/pool/receiving/receive.ts", ": desk.findNumber(to) !== null;", ": to !== null;"),
    ],
  },
  "media-dropped": {
    what: "files that people send are dropped",
    changes: change(receive, "account.sync.media ? report.media : []", "account.sync.media ? [] : report.media"),
  },
  "attachment-dropped": {
    what: "files that are sent are dropped on the way to Twilio",
    changes: change(
      "src/carriers/twilio/messages.ts",
      'for (const url of mediaUrls) form.append("MediaUrl", url);',
      "void mediaUrls;",
    ),
  },
  "counter-stuck": {
    what: "the count of a delivery's attempts never moves",
    kills: 0,
    changes: change("src/pool/telling/deliveries.ts", "attempt: row.attempt + 1", "attempt: row.attempt"),
  },
  "delivery-given-up": {
    what: "a delivery that failed is not repeated",
    changes: change(
      "src/pool/telling/deliveries.ts",
      "owe(desk.sql, { ...row, due_at: dueAt, attempt: row.attempt + 1 });",
      "",
    ),
  },
  "forged-callback-taken": {
    what: "a callback that nobody signed is heeded",
    changes: change(
      "src/pool/settling/report.ts",
      "if (isSigned) return handOut",
      "if (isSigned || desk !== null) return handOut",
    ),
  },
  "forged-word-taken": {
    what: "a message that nobody signed is kept",
    changes: change(receive, "if (refusal !== null) return refusal;", ""),
  },
  "redo-forgotten": {
    what: "what an event says of its message's row is not read again after a kill",
    kills: 4,
    changes: change("src/pool/desk.ts", "restoreAhead(this.sql);", "void restoreAhead;"),
  },
};
