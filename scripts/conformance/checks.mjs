import { onlyIMessageChecks } from "./imessage-checks.mjs";
import { messageChecks } from "./message-checks.mjs";
import { peopleChecks } from "./people-checks.mjs";
import { webhookChecks } from "./webhook-checks.mjs";

const doorChecks = [
  {
    operation: "getMe",
    what: "tells who the key is",
    request: () => ({ method: "GET", path: "/me" }),
    status: [200],
    expect: ({ body }) => (body.valid === true && body.auth_type === "api_key" ? null : "the key is not called valid"),
  },
  ...[
    ["without a key", { key: null }],
    ["with a wrong key", { key: "tl_live_wrong" }],
    ["with Basic", { key: null, headers: { Authorization: "Basic dTpw" } }],
  ].map(([what, more]) => ({
    operation: "getMe",
    what: `is refused ${what}`,
    request: () => ({ method: "GET", path: "/me", ...more }),
    status: [401],
    expect: ({ body }) =>
      body.error === "ApiError" && body.status === 401 ? null : "the envelope is not the contract's",
  })),
  {
    operation: "listNumbers",
    what: "has at least one active number",
    request: () => ({ method: "GET", path: "/me/numbers" }),
    status: [200],
    expect: ({ body }, known) => {
      known.numbers = body.numbers.filter(({ is_active }) => is_active).map(({ phone_number }) => phone_number);
      return known.numbers.length > 0 ? null : "no number is active: give the key one";
    },
  },
];

/** Every check in order; a later one may use what an earlier one has learned. */
export const checks = [...doorChecks, ...messageChecks, ...peopleChecks, ...webhookChecks, ...onlyIMessageChecks];
