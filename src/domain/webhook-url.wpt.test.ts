import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judgeWebhookUrl } from "./webhook-url.ts";

type Case = { input: string; failure?: true; protocol?: string; hostname?: string; port?: string };

const fixture = new URL("../../test/fixtures/wpt-url-cases.json", import.meta.url);
// The fixture is ours to keep in this shape.
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: Case[] };
// Most cases are plain http, refused for that alone: under https their hosts are judged too.
const secured = cases
  .filter(({ input }) => input.startsWith("http:"))
  .map((known) => ({ ...known, input: known.input.replace("http:", "https:") }));

// The runtime's own parser may take these Punycode labels, which decode to nothing: harmless, for no such name resolves.
const undecodable = /\.xn--pokxncvks$/i;

const judge = (url: string) => judgeWebhookUrl(url, { ownHosts: ["gw.example.net"], allowLocal: false });

function listAccepted(judged: readonly Case[]): string[] {
  return judged.filter(({ input }) => judge(input).ok && !undecodable.test(input)).map(({ input }) => input);
}

describe("the URL cases of the Web Platform Tests", () => {
  test("are enough to mean something", () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(secured.length).toBeGreaterThanOrEqual(150);
  });

  test.each([...cases, ...secured].filter(({ input }) => !undecodable.test(input)))(
    "$input is judged, and accepted only as a public https host",
    (known) => {
      const verdict = judge(known.input);
      if (!verdict.ok) {
        expect(verdict.failure.code).toBe("invalid_webhook_url");
        return;
      }
      const { protocol, hostname, port, username, password } = verdict.value;
      expect(known.failure).toBeUndefined();
      expect({ protocol, username, password }).toEqual({ protocol: "https:", username: "", password: "" });
      expect(hostname).toBe(known.hostname);
      expect(hostname).toMatch(/^([a-z0-9_-]+\.)+[a-z][a-z0-9-]+$/);
      expect(["", "443", "8443"]).toContain(port);
    },
  );

  test("as they stand, lead to three public https hosts and no more", () => {
    expect(listAccepted(cases)).toEqual(["https:/example.com/", "https:example.com/", "https://faß.ExAmPlE/"]);
  });

  test("under https, lead to these public hosts and no more", () => {
    expect(listAccepted(secured)).toEqual([
      "https://foo.com/\\@",
      "https:\\\\foo.com\\",
      "https://example.com\\\\foo\\\\bar",
      "https://example.com/@asdf%40",
      "https://www.google.com",
      "https:\\\\www.google.com\\foo",
      "https:/example.com/",
      "https:example.com/",
      "https:@www.example.com",
      "https://@www.example.com",
      "https://@pple.com",
      "https://:@www.example.com",
      "https://ExAmPlE.CoM",
      "https://GOO\u200b\u2060\ufeffgoo.com",
      "https://www.foo\u3002bar.com",
      "https://Ｇｏ.com",
      "https://192.168.257.com",
      "https://256.com",
      "https://999999999.com",
      "https://10000000000.com",
    ]);
  });

  test("with a Punycode label that decodes to nothing are refused as plain http, and left to the parser under https", () => {
    const plain = cases.filter(({ input }) => undecodable.test(input));
    expect(plain).toHaveLength(6);
    for (const { input } of plain) {
      const url = input.replace("http:", "https:");
      expect(judge(input).ok).toBe(false);
      expect(judge(url).ok).toBe(URL.canParse(url));
    }
  });
});
