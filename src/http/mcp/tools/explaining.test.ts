import { expect, it } from "vitest";
import { whyThisNumber } from "./explaining.ts";

it("says why a number was chosen before whatever else is noted of the choice", () => {
  const number = "+12125550100";
  const considered = [{ phoneNumber: number, eligible: true, why: "chosen: next in the rotation" }];
  const trace = { reason: "round_robin", considered, note: "8 of 9 numbers are listed." } as const;
  expect(whyThisNumber({ number, trace: { ...trace, considered: [...considered] } })).toBe(
    "chosen: next in the rotation. 8 of 9 numbers are listed.",
  );
  expect(whyThisNumber({ number, trace: { ...trace, considered: [] } })).toBe(
    "round robin. 8 of 9 numbers are listed.",
  );
  expect(whyThisNumber({ number, trace: { ...trace, considered: [], note: null } })).toBe("round robin");
});
