import { expect, test } from "vitest";
import { readBell } from "./bell.ts";

test.each([
  ["new-message", { guid: "G" }, { kind: "ring", edits: false }],
  ["updated-message", { guid: "G" }, { kind: "ring", edits: true }],
  ["group-name-change", {}, { kind: "ring", edits: false }],
  ["hello-world", null, { kind: "ring", edits: false }],
  [
    "typing-indicator",
    { display: true, guid: "any;-;+15550001111" },
    { kind: "typing", chat: "any;-;+15550001111", isTyping: true },
  ],
  ["typing-indicator", { display: "yes" }, { kind: "nothing" }],
  [
    "incoming-facetime",
    JSON.stringify({ caller: "+15550001111", timestamp: 1 }),
    { kind: "call", callId: "+15550001111@1", address: "+15550001111", status: "incoming", isOutgoing: false },
  ],
  ["incoming-facetime", JSON.stringify({ caller: "Ada", timestamp: 1 }), { kind: "nothing" }],
  [
    "ft-call-status-changed",
    { uuid: "U", status: "answered", address: "+15550001111", is_outgoing: false },
    { kind: "call", callId: "U", address: "+15550001111", status: "answered", isOutgoing: false },
  ],
  ["imessage-aliases-removed", { aliases: ["+1"] }, { kind: "aliases_removed", aliases: ["+1"] }],
  ["imessage-alias-removed", { aliases: ["+1"] }, { kind: "aliases_removed", aliases: ["+1"] }],
  ["new-server", "https://new.example", { kind: "new_server", url: "https://new.example" }],
  ["new-server", "file:///etc", { kind: "nothing" }],
  ["server-update", {}, { kind: "nothing" }],
])("a bell %s with %j says what it says", (type, data, news) => {
  expect(readBell(JSON.stringify({ type, data }))).toEqual(news);
});

test("a bell that cannot be read says nothing", () => {
  for (const body of ["", "{", "[]", '{"data":1}', "null"]) expect(readBell(body)).toEqual({ kind: "nothing" });
});
