import { expect, it } from "vitest";
import { eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";

const person = "+14155550123";
const stage = stageLine();

it("an incoming FaceTime call is told once, whichever of its two notices the server gives, and a caller without an address is nobody's", async () => {
  const status = { status: "incoming", address: person, is_outgoing: false };
  stage.mac.hookTimes = 2;
  stage.mac.emit("ft-call-status-changed", { uuid: "U", ...status });
  await eventually(async () => stage.told("call.received").length > 0);
  stage.mac.emit("incoming-facetime", JSON.stringify({ caller: person, timestamp: 1_795_608_002_000 }));
  await eventually(async () => stage.told("call.received").length > 1);
  stage.mac.emit("incoming-facetime", JSON.stringify({ caller: "Ada", timestamp: 1_795_608_003_000 }));
  stage.mac.emit("ft-call-status-changed", { uuid: "V", ...status, is_outgoing: true });
  stage.mac.emit("ft-call-status-changed", { uuid: "W", ...status });
  await eventually(async () => stage.told("call.received").length > 2);
  await stage.world.quiet();
  expect(stage.told("call.received").map(({ call_id }) => call_id)).toEqual([
    "facetime:U",
    `facetime:${person}@1795608002000`,
    "facetime:W",
  ]);
  expect(stage.told("call.received")[1]).toMatchObject({ external_id: person, internal_id: stage.key.line });
});
