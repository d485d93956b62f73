import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rules } from "../../scripts/chaos/rules.mjs";
import {
  anna,
  ask,
  at,
  bert,
  brokenBy,
  cleo,
  create,
  createOf,
  cut,
  deliver,
  deliveryOf,
  dora,
  drop,
  emil,
  inboundOf,
  type Logs,
  messageOf,
  retell,
  rowOf,
  send,
  sendOf,
  shown,
  tell,
  told,
} from "../support/node/chaos-logs.ts";

/** What breaks which rules; `also`: those that it cannot but break too. */
const cases: [rule: string, what: string, change: (logs: Logs) => void, also?: string[]][] = [
  ["S1", "a send that was accepted and is shown nowhere", (logs) => logs.shown.set(`first ${dora}`, [])],
  ["S12", "a send that was refused for no reason", (logs) => sendOf(logs, "a1").asks.push(ask(9, null, 400))],
  ["S2", "a repeat with an id of its own", (logs) => Object.assign(sendOf(logs, "a1").asks[1] ?? {}, { id: "msg_a9" })],
  [
    "S2",
    "one id for two sends",
    (logs) => Object.assign(sendOf(logs, "d1").asks[0] ?? {}, { id: "msg_c1" }),
    ["S1", "E5", "E8"],
  ],
  ["S3", "a text that Twilio took twice", (logs) => logs.messages.push({ ...messageOf(logs, "SM2"), sid: "SM9" })],
  ["S4", "a text that nobody sent", (logs) => logs.creates.push(create(9, "+15550000001", anna, "x", "lost"))],
  ["S4", "a text to somebody else", (logs) => Object.assign(createOf(logs, "d1"), { to: bert })],
  [
    "S4",
    "a text from another key's number",
    (logs) => Object.assign(createOf(logs, "d1"), { from: "+15550000003" }),
    ["E8"],
  ],
  ["S4", "a text without its file", (logs) => messageOf(logs, "SM1").mediaUrls.pop()],
  [
    "S5",
    "a taken message that is shown as failed",
    (logs) => Object.assign(rowOf(logs, "msg_b1"), { status: "failed" }),
  ],
  ["S5", "a lost message that is shown as sent", (logs) => Object.assign(rowOf(logs, "msg_d1"), { status: "sent" })],
  ["S5", "a refused message with another code", (logs) => Object.assign(rowOf(logs, "msg_c1"), { error_code: "1" })],
  ["S5", "an outcome that stays unknown", (logs) => Object.assign(rowOf(logs, "msg_d1"), { outcome_unknown: true })],
  [
    "S6",
    "a lost text that is asked for again too soon",
    (logs) => Object.assign(createOf(logs, "b1", 1), { at: at(7.5) }),
  ],
  [
    "S6",
    "a lost text that a key that does not want it sends again",
    (logs) => logs.creates.push(create(30, "+15550000002", dora, "d1", "lost")),
  ],
  [
    "S6",
    "a text that was taken and is asked for again",
    (logs) => logs.creates.push(create(30, "+15550000003", bert, "b1", "lost")),
  ],
  [
    "S6",
    "a text that is asked for without end",
    (logs) =>
      logs.creates.unshift(...[1, 2, 3, 4, 5].map((nth) => create(nth * 11 - 80, "+15550000003", bert, "b1", "lost"))),
  ],
  [
    "S6",
    "a text that is forgotten after 429",
    (logs) => {
      logs.creates = logs.creates.filter(({ text, outcome }) => text !== "a1" || outcome === "wait");
      logs.messages = logs.messages.filter(({ sid }) => sid !== "SM1");
    },
    ["S5", "E5"],
  ],
  [
    "S7",
    "a text that Twilio was never asked for, without a kill",
    (logs) => logs.creates.splice(logs.creates.indexOf(createOf(logs, "d1")), 1),
  ],
  ["S8", "a text that overtakes another", (logs) => Object.assign(createOf(logs, "a2"), { at: at(0.5) })],
  [
    "S9",
    "a second number for one person",
    (logs) => Object.assign(createOf(logs, "a2"), { from: "+15550000002" }),
    ["E8"],
  ],
  [
    "S9",
    "another number than the one that the person wrote to",
    (logs) =>
      Object.assign(inboundOf(logs, "MM1"), {
        from: dora,
        at: at(0),
        text: "hello",
        answers: [{ at: at(0), until: at(0.1), status: 200 }],
        to: "+15550000001",
      }),
    ["I1", "E1", "E5"],
  ],
  [
    "S10",
    "a send that was accepted after STOP",
    (logs) => Object.assign(sendOf(logs, "e1").asks[0] ?? {}, { status: 202, id: "msg_e1" }),
    ["S1", "E1"],
  ],
  ["S10", "a text that left after STOP", (logs) => logs.creates.push(create(30, "+15550000002", emil, "e1", "lost"))],
  [
    "S11",
    "a status that went back",
    (logs) => logs.seen.push({ key: "first", id: "msg_a1", status: "sent", askedAt: at(9), at: at(9) }),
  ],
  [
    "S11",
    "an end that became another",
    (logs) => logs.seen.push({ key: "first", id: "msg_a1", status: "failed", askedAt: at(9), at: at(9) }),
  ],
  ["S12", "a request that was answered 500", (logs) => sendOf(logs, "a1").asks.unshift(ask(0, null, 500))],
  ["S12", "a request that was not answered", (logs) => sendOf(logs, "a1").asks.unshift(ask(0, null, null))],
  ["C1", "a callback that was answered 500", (logs) => logs.told.push(told("SM1", "delivered", 500))],
  ["C1", "a genuine callback that was refused", (logs) => logs.told.push(told("SM1", "delivered", 403))],
  ["C2", "a forged callback that was taken", (logs) => logs.told.push(told("SM1", "failed", 204, true))],
  [
    "I1",
    "a message of a person that is shown nowhere",
    (logs) => logs.shown.get(`first ${emil}`)?.shift(),
    ["E1", "E5"],
  ],
  [
    "I1",
    "one that is shown twice",
    (logs) => logs.shown.get(`first ${emil}`)?.push({ ...rowOf(logs, "msg_i1"), message_id: "msg_i9" }),
  ],
  [
    "I1",
    "one that is shown at another key",
    (logs) => logs.shown.set(`second ${emil}`, [rowOf(logs, "msg_i1")]),
    ["I1"],
  ],
  [
    "I2",
    "one that nobody ever took",
    (logs) => Object.assign(inboundOf(logs, "MM1"), { answers: [{ at: at(5), until: at(5.1), status: 500 }] }),
  ],
  [
    "I2",
    "a forged one that was taken",
    (logs) => inboundOf(logs, "SM8").answers.push({ at: at(7), until: at(7.1), status: 200 }),
  ],
  ["I3", "one that lost its file", (logs) => Object.assign(rowOf(logs, "msg_i1"), { attachments: [] })],
  [
    "I3",
    "one that is shown at another number",
    (logs) => Object.assign(rowOf(logs, "msg_i1"), { internal_id: "+15550000001" }),
  ],
  ["E1", "a step that was never told", (logs) => drop(logs, "evt_msg_d1_failed")],
  ["E1", "a word that was never told", (logs) => drop(logs, "evt_msg_i2_received"), ["E6"]],
  ["E1", "a STOP that was never told", (logs) => drop(logs, "evt_stop")],
  [
    "E2",
    "a step under two ids",
    (logs) =>
      logs.deliveries.push(
        deliver("/first", "evt_new", { ...JSON.parse(deliveryOf(logs, "evt_msg_d1_failed").raw), sequence: 4 }, 2),
      ),
  ],
  [
    "E3",
    "an event with two bodies",
    (logs) =>
      logs.deliveries.push(
        deliver(
          "/first",
          "evt_msg_d1_failed",
          { ...JSON.parse(deliveryOf(logs, "evt_msg_d1_failed").raw), more: 1 },
          2,
        ),
      ),
    ["E7"],
  ],
  [
    "E4",
    "a delivery whose signature does not hold",
    (logs) => Object.assign(deliveryOf(logs, "evt_stop").headers, { "webhook-signature": "v1,x" }),
  ],
  [
    "E4",
    "a delivery without the second signature",
    (logs) => Reflect.deleteProperty(deliveryOf(logs, "evt_stop").headers, "x-blooio-signature"),
  ],
  [
    "E4",
    "a delivery that was signed for another time",
    (logs) => Object.assign(deliveryOf(logs, "evt_stop"), { at: at(900) }),
  ],
  [
    "E5",
    "a step that did not happen",
    (logs) =>
      logs.deliveries.push(
        ...tell("/first", { id: "msg_d1", chat: dora, number: "+15550000002", text: "d1" }, ["delivered"], 4),
      ),
    ["E10"],
  ],
  ["E5", "a step that another key was told", (logs) => retell(logs, "evt_stop", {}, "/second"), ["E1", "E6"]],
  [
    "E5",
    "a delivery to nobody's address",
    (logs) => logs.deliveries.push({ ...deliveryOf(logs, "evt_stop"), path: "/third" }),
  ],
  ["E6", "numbers with a gap", (logs) => retell(logs, "evt_msg_d1_failed", { sequence: 4 })],
  ["E6", "a number that came twice", (logs) => retell(logs, "evt_msg_d1_failed", { sequence: 2 })],
  [
    "E7",
    "an event that was never answered 2xx",
    (logs) => Object.assign(deliveryOf(logs, "evt_stop"), { status: 500 }),
  ],
  [
    "E7",
    "an event that was posted again after 2xx",
    (logs) => logs.deliveries.push({ ...deliveryOf(logs, "evt_stop"), at: at(9) }),
  ],
  ["E8", "another text than the one that was sent", (logs) => retell(logs, "evt_msg_d1_failed", { text: "x" })],
  ["E8", "another person", (logs) => retell(logs, "evt_msg_d1_failed", { external_id: cleo }), ["E6"]],
  ["E8", "a file that was left out", (logs) => retell(logs, "evt_msg_i1_received", { attachments: [] })],
  [
    "E9",
    "a repeat that came too soon",
    (logs) => logs.deliveries.unshift({ ...deliveryOf(logs, "evt_stop"), at: at(5.5), status: 500 }),
  ],
  [
    "E9",
    "a third attempt as soon as the second",
    (logs) =>
      logs.deliveries.unshift(
        { ...deliveryOf(logs, "evt_stop"), at: at(4), status: 500 },
        { ...deliveryOf(logs, "evt_stop"), at: at(5), status: 500 },
      ),
  ],
  [
    "E10",
    "steps out of their order",
    (logs) => {
      retell(logs, "evt_msg_a1_sent", { sequence: 4 });
      retell(logs, "evt_msg_a1_delivered", { sequence: 3 });
    },
  ],
  ["T1", "a wrong use of Twilio", (logs) => logs.violations.push("a GET with a body")],
];

describe("what the judge finds", () => {
  test("nothing in a run in which all went well", () => {
    expect(brokenBy(() => {})).toEqual([]);
  });

  test.each(cases)("%s: %s", (rule, _what, change, also = []) => {
    expect(brokenBy(change)).toEqual(Object.keys(rules).filter((one) => one === rule || also.includes(one)));
  });

  test("each of its rules is broken by a case here", () => {
    expect(new Set(cases.map(([rule]) => rule))).toEqual(new Set(Object.keys(rules)));
  });
});

describe("what a kill explains", () => {
  test.each<[string, (logs: Logs) => void]>([
    [
      "a request and a callback that nobody answered",
      (logs) => {
        cut(logs, 0, 2);
        sendOf(logs, "a1").asks.unshift(ask(0, null, null));
        logs.told.push(told("SM1", "delivered", null));
      },
    ],
    [
      "a text that was leaving, which is held as unknown",
      (logs) => {
        cut(logs, 1.5, 2);
        logs.creates.splice(logs.creates.indexOf(createOf(logs, "d1")), 1);
      },
    ],
    [
      "an event that was posted again after it was answered",
      (logs) => {
        cut(logs, 6, 8);
        logs.deliveries.push({ ...deliveryOf(logs, "evt_stop"), at: at(8) });
      },
    ],
    [
      "an attempt that came before its time",
      (logs) => {
        cut(logs, 5.7, 6);
        logs.deliveries.unshift({ ...deliveryOf(logs, "evt_stop"), at: at(5.5), status: 500 });
      },
    ],
  ])("%s", (_what, change) => {
    expect(brokenBy(change)).toEqual([]);
  });

  test("but not more texts than a pool has on their way at once", () => {
    const broken = brokenBy((logs) => {
      cut(logs, 1.5, 2);
      for (const number of [1, 2, 3, 4, 5, 6, 7]) {
        const to = `+155520000${number}0`;
        const id = `msg_n${number}`;
        logs.sends.push(send("first", to, `n${number}`, [ask(1, id)]));
        logs.shown.set(`first ${to}`, [shown(id, `n${number}`, "failed", { error_code: "outcome_unknown" })]);
        logs.deliveries.push(
          ...tell("/first", { id, chat: to, number: "+15550000001", text: `n${number}` }, ["queued", "failed"], 1),
        );
      }
    });
    expect(broken).toEqual(["S7"]);
  });
});

describe("what a machine explains that has so much else to do that a client waits for seconds", () => {
  test("a text whose call was given up before it got out, which is held as unknown", () => {
    const broken = brokenBy((logs) => {
      logs.seen.push({ key: "first", id: "msg_a1", status: "delivered", askedAt: at(4), at: at(9) });
      logs.creates.splice(logs.creates.indexOf(createOf(logs, "d1")), 1);
    });
    expect(broken).toEqual([]);
  });

  test("but not one that is shown as sent", () => {
    const broken = brokenBy((logs) => {
      logs.seen.push({ key: "first", id: "msg_a1", status: "delivered", askedAt: at(4), at: at(9) });
      logs.creates.splice(logs.creates.indexOf(createOf(logs, "d1")), 1);
      Object.assign(rowOf(logs, "msg_d1"), { status: "sent" });
    });
    expect(broken).toEqual(["S5"]);
  });
});

test("a run that ended before a repeat was due explains an event that nobody took, and one that ended after does not", () => {
  const failedAt = at(6);
  const brokenAt = (endedAt: number) =>
    brokenBy((logs) => {
      Object.assign(deliveryOf(logs, "evt_stop"), { status: 500, at: failedAt });
      Object.assign(logs, { endedAt });
    });
  expect(brokenAt(failedAt + 900)).toEqual([]);
  expect(brokenAt(failedAt + 2_000)).toEqual(["E7"]);
});

describe("what Twilio's own words explain", () => {
  test("two ends of one message, where it told two", () => {
    const broken = brokenBy((logs) => {
      logs.told.push(told("SM3", "undelivered"));
      logs.deliveries.push(
        ...tell("/second", { id: "msg_b1", chat: bert, number: "+15550000003", text: "b1" }, ["failed"], 5),
      );
      logs.seen.push(
        { key: "second", id: "msg_b1", status: "failed", askedAt: at(3), at: at(3) },
        { key: "second", id: "msg_b1", status: "delivered", askedAt: at(4), at: at(4) },
      );
    });
    expect(broken).toEqual([]);
  });

  test("either end, where nobody was there to hear the true one", () => {
    const mislead = (logs: Logs) => {
      logs.told = [told("SM3", "undelivered"), told("SM3", "delivered", null)];
      cut(logs, 0, 2);
    };
    expect(brokenBy(mislead)).toEqual([]);
    const shownAsTold = (logs: Logs) => {
      mislead(logs);
      Object.assign(rowOf(logs, "msg_b1"), { status: "failed", error_code: "30003" });
    };
    expect(brokenBy(shownAsTold)).toEqual([]);
  });
});

test("docs/chaos.md lists the rules as they are", () => {
  const rows = Object.entries(rules).map(([id, [what, logs]]) => `| ${id} | ${what} | ${logs} |`);
  expect(readFileSync("docs/chaos.md", "utf8")).toContain(`\n${rows.join("\n")}\n`);
});
