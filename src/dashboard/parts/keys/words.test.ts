import { describe, expect, it } from "vitest";
import { revocationWords, shareWords } from "./words.ts";

describe("what is said before a key is revoked", () => {
  it("counts what is lost", () => {
    const words = revocationWords({ waiting: 3, numbers: 1 }, 2).join(" ");
    expect(words).toContain("3 queued messages will be cancelled.");
    expect(words).toContain("1 number will be free");
    expect(words).toContain("2 webhooks of its own");
  });

  it("leaves out what there is not, and says so of messages", () => {
    const words = revocationWords({ waiting: 0, numbers: 0 }, 0);
    expect(words).toHaveLength(3);
    expect(words[1]).toBe("No message waits on it.");
  });

  it("does not call unknown what it cannot count none", () => {
    expect(revocationWords({ waiting: null, numbers: 0 }, null).join(" ")).toContain("does not say");
  });
});

describe("a share in words", () => {
  it("is never rounded down to nothing", () => {
    expect([0, 0.0004, 0.25, 1 / 3, 1].map(shareWords)).toEqual(["0%", "under 0.1%", "25%", "33.3%", "100%"]);
  });
});
