import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "../../validate.ts";
import { warnOfMisnamed } from "./misnamed.ts";
import { whatIsAsked } from "./send-drafts.ts";
import { BulkRecord, checkMessageBody, messageFieldNames, SendMessageBody } from "./send-request.ts";

const read = (body: unknown) => check("body", SendMessageBody, body);
const codeOf = (body: unknown): string => {
  const result = read(body);
  return result.ok ? "ok" : result.failure.code;
};
const messageOf = (body: unknown): string => {
  const result = read(body);
  return result.ok ? "ok" : result.failure.message;
};

describe("a send request", () => {
  it.each([
    [{ message: "hi" }, 'the text belongs in "text", not in "message".'],
    [{ body: "hi", text: "" }, 'the text belongs in "text", not in "body".'],
    [{ Body: "hi" }, 'the text belongs in "text", not in "Body".'],
    [{ media_url: "https://a.example/b.png" }, 'files belong in "attachments", a list of URLs, not in "media_url".'],
    [{ text: " \u00a0\n\u200b" }, "text is nothing but white space."],
    [{ text: ["a", ""] }, "text[1] is empty or nothing but white space."],
    [{ text: ["a", " \t"] }, "text[1] is empty or nothing but white space."],
  ])("%j is told what is missing and where it belongs", (body, why) => {
    expect(codeOf(body)).toBe("missing_content");
    expect(messageOf(body)).toBe(`Missing message content: ${why}`);
  });

  it("that misnames a field which is not there is warned of it; right names and fields of others are passed over", () => {
    expect(warnOfMisnamed({ text: "a", from: "+15550000001" })).toContain('"from" is no field of this call');
    expect(warnOfMisnamed({ text: "a", From: "+15550000001" })).toContain('write "from_number". The pool chose');
    expect(warnOfMisnamed({ text: "a", scheduled_at: 1 })).toContain('write "send_at"');
    expect(warnOfMisnamed({ text: "a", sendAt: 1, media: [] })).toContain('"media" is no field');
    expect(warnOfMisnamed({ text: "a", from: "+1", from_number: "+15550000001" })).toBeNull();
    expect(warnOfMisnamed({ text: "a", fromNumber: "+15550000001", send_at: 1, campaign: "x" })).toBeNull();
    expect(warnOfMisnamed({ text: "a", __proto__: 1, constructor: 2, toString: 3 })).toBeNull();
  });

  it("needs content: a text, an attachment, a template or parts", () => {
    for (const empty of [{}, { text: "" }, { text: null }, { text: [] }, { attachments: [] }]) {
      expect(messageOf(empty), JSON.stringify(empty)).toBe("Missing message content");
      expect(codeOf(empty)).toBe("missing_content");
    }
    const some = [
      { text: "a" },
      { text: ["a", "b"] },
      { text: "", attachments: ["https://files.example/a.jpg"] },
      { text: "a", attachments: [] },
      { content_sid: `HX${"a".repeat(32)}` },
      { parts: [{ text: "a" }] },
    ];
    for (const body of some) expect(codeOf(body), JSON.stringify(body)).toBe("ok");
  });

  it("takes texts up to 16,000 characters, alone or in a list: the pool knows what its network takes in one message", () => {
    expect(codeOf({ text: "a".repeat(16_000) })).toBe("ok");
    expect(codeOf({ text: "a".repeat(16_001) })).toBe("text_too_long");
    expect(codeOf({ text: ["a", "a".repeat(16_001)] })).toBe("text_too_long");
    expect(messageOf({ text: 5 })).toBe("text must be a string, or a list of strings.");
  });

  it("takes attachments as https URLs or objects with one, at most 10", () => {
    const url = "https://files.example/a.jpg";
    expect(codeOf({ attachments: [url, { url }, { url, name: "a.jpg" }, { url, name: null }] })).toBe("ok");
    for (const bad of ["http://files.example/a.jpg", "file:///etc/passwd", "a.jpg", ""]) {
      expect(codeOf({ attachments: [bad] }), bad).toBe("invalid_attachment");
      expect(codeOf({ attachments: [{ url: bad }] }), bad).toBe("invalid_attachment");
    }
    expect(codeOf({ attachments: new Array(10).fill(url) })).toBe("ok");
    expect(codeOf({ attachments: new Array(11).fill(url) })).toBe("invalid_attachment");
    expect(messageOf({ attachments: [5] })).toBe(
      "attachments[0] must be an https URL, or an object with url and name.",
    );
  });

  it("takes metadata up to 1 KB of JSON, counted in bytes", () => {
    expect(codeOf({ text: "a", metadata: { note: "a".repeat(1013) } })).toBe("ok");
    expect(messageOf({ text: "a", metadata: { note: "a".repeat(1014) } })).toBe(
      "metadata must be at most 1024 bytes of JSON.",
    );
    expect(codeOf({ text: "a", metadata: { note: "ü".repeat(507) } })).toBe("invalid_request");
  });

  it("reads send_at as milliseconds or ISO 8601 with its offset", () => {
    const sendAt = (given: unknown) => {
      const result = read({ text: "a", send_at: given });
      return result.ok ? result.value.send_at : result.failure.code;
    };
    expect(sendAt(1_769_850_000_000)).toBe(1_769_850_000_000);
    expect(sendAt("2026-01-31T09:00:00Z")).toBe(Date.UTC(2026, 0, 31, 9));
    expect(sendAt("2026-01-31T10:00:00+01:00")).toBe(Date.UTC(2026, 0, 31, 9));
    for (const bad of ["2026-01-31T09:00:00", "tomorrow", "1769850000000", -1, 1.5]) {
      expect(sendAt(bad), String(bad)).toBe("invalid_request");
    }
  });

  it("takes template variables as an object or as its JSON", () => {
    const variables = (given: unknown) => {
      const result = read({ content_sid: `HX${"0".repeat(32)}`, content_variables: given });
      return result.ok ? result.value.content_variables : result.failure.message;
    };
    expect(variables({ "1": "Ada" })).toBe('{"1":"Ada"}');
    expect(variables('{"1":"Ada"}')).toBe('{"1":"Ada"}');
    expect(variables("Ada")).toBe("content_variables must be an object, or a string that holds a JSON object.");
  });

  it("takes effects in any case, with dash or space, and null for what clients leave empty", () => {
    for (const effect of ["slam", "Invisible Ink", "INVISIBLE-INK", null]) {
      expect(codeOf({ text: "a", effect })).toBe("ok");
    }
    expect(codeOf({ text: "a", effect: "boom" })).toBe("invalid_request");
    expect(codeOf({ text: "a", reply_to: null, from_number: null, metadata: null, link_preview: null })).toBe("ok");
  });

  it("takes a part with either text or url", () => {
    expect(codeOf({ parts: [{ url: "https://files.example/a.jpg" }, { text: "b" }] })).toBe("ok");
    expect(messageOf({ parts: [{}] })).toBe("parts[0] must have either text or url.");
  });

  it("takes parts for content only where one says something", () => {
    expect(codeOf({ parts: [{ text: "" }, { text: " " }] })).toBe("missing_content");
    expect(codeOf({ parts: [{ text: "" }, { text: "b" }] })).toBe("ok");
  });

  it("passes over what it does not know", () => {
    const result = read({ text: "a", subject: "b" });
    expect(whatIsAsked(result.ok ? result.value : {})).toEqual({ text: "a" });
  });
});

describe("a send request of which only the fields that are given are judged", () => {
  const values = fc.oneof(
    fc.constantFrom(
      "a",
      "",
      " ",
      null,
      5,
      true,
      [],
      {},
      -1,
      "slam",
      "https://files.example/a.jpg",
      "2026-01-31T09:00:00Z",
    ),
    fc.constantFrom(
      [{ text: "a" }],
      { guid: "g" },
      { message_id: 1 },
      ["a", "b"],
      `HX${"0".repeat(32)}`,
      '{"1":"Ada"}',
    ),
  );
  const names = fc.constantFrom(...messageFieldNames, "subject", "message", "__proto__", "constructor");

  it("is judged as by all of them", () => {
    const bodies = fc.dictionary(names, values, { maxKeys: 5 });
    fc.assert(
      fc.property(fc.oneof({ weight: 20, arbitrary: bodies }, { weight: 1, arbitrary: values }), (body) => {
        expect(JSON.stringify(checkMessageBody("body", body))).toBe(JSON.stringify(read(body)));
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 2_000) },
    );
  });
});

describe("a bulk record", () => {
  it("is a send request with its chat and a key of its own", () => {
    const record = { chat_id: "+15551234567", text: "a", idempotency_key: "k 1" };
    const refused = check("body", BulkRecord, record);
    expect(refused.ok ? "ok" : refused.failure.code).toBe("invalid_idempotency_key");
    expect(check("body", BulkRecord, { ...record, idempotency_key: "k1" }).ok).toBe(true);
    const lost = check("body", BulkRecord, { text: "a" });
    expect(lost.ok ? "ok" : lost.failure.message).toBe("chat_id is required.");
  });
});
