import { describe, expect, test } from "vitest";
import { accountOf, checkName, describeChecks } from "./doctor-text.ts";

describe("the checks as text", () => {
  test("hold no name, phone number, e-mail address or host", () => {
    const text = describeChecks(
      {
        version: "0.1.0",
        checks: [
          { name: "directory", ok: true, detail: "It answers.", help: null },
          {
            name: "account Ann's Bakery (int_1)",
            ok: false,
            detail:
              "Refused: ann@bakery.example wrote from +15551234567 to https://bakery.example/app. No answer from: Ann's.",
            help: "Replace the credentials of Ann's Bakery.",
          },
        ],
        pools: [
          {
            api_key_id: "key_1",
            name: "Ann's",
            waiting: 3,
            unknown: null,
            owed: 0,
            ledger_bytes: 1,
            last_used_at: null,
            behind: true,
          },
        ],
      },
      [
        { name: "Ann's", id: "key_1" },
        { name: "Ann's Bakery", id: "int_1" },
      ],
    );
    expect(text).toBe(`Trunkline 0.1.0
ok    directory: It answers.
FAIL  account int_1 (int_1): Refused: <e-mail address> wrote from <phone number> to <address>/app. No answer from: key_1.
      Replace the credentials of int_1.
Keys
      key_1: waiting 3, unknown ?, webhooks owed 0, behind
`);
  });

  test("are named for people on the page", () => {
    expect(checkName("public_url")).toBe("Public URL");
    expect(checkName("account my_url (int_a_1)")).toBe("Account my_url (int_a_1)");
  });

  test("lead to the account that they are about", () => {
    expect(accountOf("account Bakery (int_9) (int_a1)")).toBe("int_a1");
    expect(accountOf("public_url")).toBe(null);
  });
});
