import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeWebhookUrl, namesPublicHost, type WebhookUrlRules } from "./webhook-url.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 500);
const ownHosts = ["gw.example.com", "Trunkline.acme.workers.dev", "eight.example.net:8443"];
const deployed: WebhookUrlRules = { ownHosts, allowLocal: false };
const development: WebhookUrlRules = { ownHosts: ["127.0.0.1:8787"], allowLocal: true };

function complaint(url: string, rules = deployed): string | null {
  const verdict = judgeWebhookUrl(url, rules);
  if (verdict.ok) return null;
  expect(verdict.failure.code).toBe("invalid_webhook_url");
  return verdict.failure.message;
}

/** Texts of any code units, halves of pairs included. */
const units = fc.array(fc.nat(0xffff), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes));

function expectPublicName(url: URL): void {
  expect(url.origin).toMatch(/^https:\/\/[a-z0-9_-]+(\.[a-z0-9_-]+)+\.?(:8443)?$/);
  expect(url.username + url.password).toBe("");
}

describe("D14: a public https URL is accepted", () => {
  test.each([
    ["https://example.com", "https://example.com/"],
    ["https://example.com/hook?a=b&c=d#e", "https://example.com/hook?a=b&c=d#e"],
    ["HTTPS://Example.COM:443/Hook", "https://example.com/Hook"],
    ["https://example.com:8443/hook", "https://example.com:8443/hook"],
    ["https://example.com:/hook", "https://example.com/hook"],
    ["https://example.com:0443/", "https://example.com/"],
    ["https://example.com./hook", "https://example.com./hook"],
    ["https://a-b.c_d.example.co.uk/", "https://a-b.c_d.example.co.uk/"],
    ["https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"],
    ["https://ＥＸＡＭＰＬＥ.com/", "https://example.com/"],
    ["https://example。com/", "https://example.com/"],
    ["https:example.com/", "https://example.com/"],
    ["https:\\\\example.com\\hook", "https://example.com/hook"],
    ["https:////example.com/hook", "https://example.com/hook"],
    ["https://example.com/../../etc/passwd", "https://example.com/etc/passwd"],
    ["https://example.com/?url=http://127.0.0.1/", "https://example.com/?url=http://127.0.0.1/"],
    ["https://example.com/@127.0.0.1", "https://example.com/@127.0.0.1"],
    ["https://127.0.0.1.example.com/", "https://127.0.0.1.example.com/"],
    ["https://internal.example.com/", "https://internal.example.com/"],
    ["https://notlocal.example/", "https://notlocal.example/"],
    ["https://mylocalhost.example.com/", "https://mylocalhost.example.com/"],
    ["https://receiver.test/hook", "https://receiver.test/hook"],
    ["https://hooks.gw.example.com/", "https://hooks.gw.example.com/"],
    ["https://other.someone.workers.dev/", "https://other.someone.workers.dev/"],
    ["https://xn--/", null],
  ])("%s", (url, href) => {
    const verdict = judgeWebhookUrl(url, deployed);
    expect(verdict.ok ? verdict.value.href : null).toBe(href);
  });

  test("lengths are accepted up to the limit and refused beyond it", () => {
    const label = "a".repeat(63);
    const host = `${label}.${label}.${label}.${"a".repeat(57)}.com`;
    expect(host).toHaveLength(253);
    expect(complaint(`https://${host}/`)).toBeNull();
    expect(complaint(`https://a${host}/`)).toContain("longer than 253 characters");
    expect(complaint(`https://${host.replace(".com", "a.com")}/`)).toContain("longer than 253 characters");
    expect(complaint(`https://a${label}.example/`)).toContain("longer than 63 characters");
    const path = "p".repeat(2048 - "https://example.com/".length);
    expect(complaint(`https://example.com/${path}`)).toBeNull();
    expect(complaint(`https://example.com/${path}p`)).toContain("longer than 2048 characters");
    expect(complaint(`https://example.com/${"é".repeat(700)}`)).toContain("longer than 2048 characters");
    expect(complaint(`https://example.com/${"a".repeat(10 * 1024 * 1024)}`)).toContain("longer than 2048");
  });
});

describe("D14: anything else is refused with what is wrong", () => {
  test.each([
    [
      "not a valid URL",
      ["", "x", "/hook", "//example.com", "example.com/hook", "https://", "https:///", "https://?", "https://#"],
    ],
    [
      "not a valid URL",
      ["https://exa mple.com/", " https://example.com", "https://example.com\n", "https://exam\tple.com/"],
    ],
    [
      "not a valid URL",
      ["https://[::1", "https://[1::2::3]/", "https://example.com:65536/", "https://example.com:-1/"],
    ],
    [
      "not a valid URL",
      ["https://a%00b.example/", "https://a%2fb.example/", "https://a<b.example/", "https://a^b.example/"],
    ],
    [
      "not a valid URL",
      ["https://256.256.256.256/", "https://1.2.3.4.5/", "https://1.2.3.08/", "https://0x100000000/"],
    ],
    [
      "must begin with https://",
      ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)"],
    ],
    [
      "must begin with https://",
      ["data:text/plain,x", "ws://example.com/", "gopher://example.com/", "example.com:443/x"],
    ],
    [
      "must begin with https://",
      ["blob:https://example.com/1", "mailto:a@example.com", "about:blank", "httpss://example.com/"],
    ],
    [
      "user name or password",
      ["https://user@example.com/", "https://user:pass@example.com/", "https://:pass@example.com/"],
    ],
    [
      "user name or password",
      ["https://example.com@127.0.0.1/", "https://example.com%2F@example.org/", "https://a@b@example.com/"],
    ],
    [
      "uses port",
      ["https://example.com:80/", "https://example.com:8080/", "https://example.com:22/", "https://example.com:0/"],
    ],
    [
      "uses port",
      [
        "https://example.com:444/",
        "https://example.com:65535/",
        "https://example.com:8444/",
        "https://127.0.0.1:6379/",
      ],
    ],
    [
      "a single word",
      ["https://example/", "https://intranet/", "https://com./", "https://localhost/", "https://LOCALHOST./"],
    ],
    ["a single word", ["https://metadata/", "https://xn--bcher-kva/", "https://ⓛocalhost/", "https://loc%61lhost/"]],
    [
      "empty part or a character",
      ["https://a..example/", "https://.example.com/", "https://example.com../", "https://a!b.example/"],
    ],
    [
      "empty part or a character",
      ["https://*.example.com/", "https://a,b.example/", "https://a'b.example/", "https://a;b.example/"],
    ],
    [
      "not a public host name",
      ["https://x.localhost/", "https://localhost.localdomain/", "https://localhost.example.com/"],
    ],
    [
      "not a public host name",
      ["https://localhost6.localdomain6/", "https://a.local/", "https://A.LOCAL./", "https://ip.internal/"],
    ],
    [
      "not a public host name",
      ["https://metadata.google.internal/", "https://metadata.goog/", "https://metadata.tencentyun.com/"],
    ],
    [
      "not a public host name",
      ["https://instance-data.ec2.internal/", "https://kubernetes.default.svc.cluster.local/"],
    ],
    [
      "not a public host name",
      ["https://router.home.arpa/", "https://1.0.0.127.in-addr.arpa/", "https://ipv4only.arpa/"],
    ],
    [
      "not a public host name",
      ["https://x.invalid/", "https://abc.onion/", "https://nas.lan/", "https://x.corp/", "https://x.home/"],
    ],
    [
      "not a public host name",
      ["https://127.0.0.1.nip.io/", "https://10-0-0-1.sslip.io/", "https://localtest.me/", "https://a.lvh.me/"],
    ],
    [
      "leads back to this gateway",
      ["https://gw.example.com/x", "https://GW.example.com./x", "https://gw.example.com:8443/"],
    ],
    [
      "leads back to this gateway",
      ["https://gw%2eexample.com/", "https://ｇｗ.example.com/", "https://eight.example.net/"],
    ],
    ["leads back to this gateway", ["https://trunkline.acme.workers.dev/", "https://1a2b-trunkline.acme.workers.dev/"]],
    ["leads back to this gateway", ["https://other.acme.workers.dev/", "https://acme.workers.dev/"]],
  ])("%s", (reason, urls) => {
    for (const url of urls) expect(complaint(url) ?? "accepted", url).toContain(reason);
  });

  test("no text crashes it, and what it accepts is a public https name", () => {
    const delimiters = [
      "https:",
      "http:",
      "//",
      "/",
      "\\",
      "@",
      ":",
      ".",
      "[",
      "]",
      "%",
      "#",
      "?",
      "443",
      "8443",
      "80",
    ];
    const addresses = ["127.0.0.1", "::1", "2130706433", "0x7f", "017700000001", "１２７"];
    const labels = ["localhost", "local", "internal", "example", "com", "a", "。", "\u00ad", "xn--"];
    const piece = fc.constantFrom(...delimiters, ...addresses, ...labels);
    const assembled = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    const prefixed = fc.oneof(assembled, fc.string(), units).map((rest) => `https://${rest}`);
    const word = fc.constantFrom("a", "b-c", "x_1", "127", "0x7f", "com", "local", "example", "Ünï");
    const names = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join("."));
    const named = fc.tuple(names, fc.constantFrom("", ":8443", ":80"), prefixed).map((parts) => {
      return `https://${parts[0]}${parts[1]}/${parts[2]}`;
    });
    fc.assert(
      fc.property(fc.oneof(units, fc.string(), assembled, prefixed, named), (url) => {
        judgeWebhookUrl(url, development);
        const verdict = judgeWebhookUrl(url, deployed);
        if (verdict.ok) expectPublicName(verdict.value);
      }),
      { numRuns: runs * 4 },
    );
  });

  test("a public name is accepted with whatever path, query and fragment stands behind it", () => {
    const word = fc.constantFrom("a", "b-c", "x_1", "127", "0x7f", "com", "local", "Ünï", "example");
    const names = fc.array(word, { maxLength: 4 }).map((words) => [...words, "name", "example"].join("."));
    const visible = (unit: string) => unit > " " && unit !== "\u007f";
    const behind = fc.oneof(fc.string(), units).map((rest) => Array.from(rest).filter(visible).join(""));
    fc.assert(
      fc.property(names, fc.constantFrom("", ":443", ":8443"), behind, (name, port, rest) => {
        const verdict = judgeWebhookUrl(`https://${name}${port}/${rest}`, deployed);
        expect(verdict).toMatchObject({ ok: true });
        if (verdict.ok) expectPublicName(verdict.value);
      }),
      { numRuns: runs },
    );
  });
});

describe("D15: no address of any range is accepted, however it is written", () => {
  const v4Ranges = [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
    ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
    ...["224.0.0.0/4", "240.0.0.0/4"],
  ];
  const v6Ranges = [
    ...[
      "::/96",
      "::ffff:0:0/96",
      "64:ff9b::/96",
      "64:ff9b:1::/48",
      "100::/64",
      "2001::/32",
      "2001:db8::/32",
      "2002::/16",
    ],
    ...["3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8"],
  ];

  test("every range: first, last and between, in every notation", () => {
    const v4 = v4Ranges.flatMap((range) => pointsOf(range, parseV4(range), 32).map(Number));
    const v6 = v6Ranges.flatMap((range) => pointsOf(range, parseV6(range), 128));
    const hosts = new Set([...v4.flatMap(writeV4), ...v6.flatMap(writeV6)]);
    expect(hosts.size).toBeGreaterThanOrEqual(1500);
    for (const host of hosts) expect(complaint(`https://${host}/`), host).toContain("names an IP address");
  });

  test("public addresses neither: an address has no name to hold a certificate to", () => {
    for (const address of [0x01010101, 0x08080808, 0xd8ef2001]) {
      for (const host of writeV4(address)) expect(complaint(`https://${host}/`), host).toContain("names an IP address");
    }
    expect(complaint("https://[2606:4700:4700::1111]/")).toContain("names an IP address");
  });

  test("only in development they are accepted", () => {
    for (const host of writeV4(0x7f000001)) expect(complaint(`http://${host}:3000/`, development), host).toBeNull();
  });
});

describe("development", () => {
  test("takes plain http, local hosts and any port", () => {
    const urls = [
      "http://localhost:3000/hook",
      "https://sink/",
      "http://10.0.0.7/",
      "http://[::1]:9999/",
      "http://a.local/",
    ];
    for (const url of [...urls, "https://example.com/", "http://127.0.0.1:8788/"]) {
      expect(complaint(url, development), url).toBeNull();
    }
  });

  test("still refuses other schemes, passwords, blanks, impossible hosts and the gateway itself", () => {
    expect(complaint("ftp://localhost/", development)).toContain("must begin with https://");
    expect(complaint("http://u:p@localhost/", development)).toContain("user name or password");
    expect(complaint("http://local host/", development)).toContain("not a valid URL");
    expect(complaint(`http://${"a".repeat(64)}/`, development)).toContain("longer than 63");
    expect(complaint("http://127.0.0.1:8787/hook", development)).toContain("leads back");
  });
});

/** First, last, middle and their neighbours of a range. */
function pointsOf(range: string, base: bigint, width: number): bigint[] {
  const size = 1n << BigInt(width - Number(range.split("/")[1]));
  const offsets = [0n, 1n, size / 4n, size / 2n - 1n, size / 2n, size - 2n, size - 1n];
  return offsets.map((offset) => base + offset);
}

function parseV4(range: string): bigint {
  const [address = ""] = range.split("/");
  return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseV6(range: string): bigint {
  const [address = ""] = range.split("/");
  const [head = "", tail = ""] = address.split("::").map((half) => half);
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  return groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

function writeV4(address: number): string[] {
  const parts = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
  const [a = 0, b = 0] = parts;
  const octal = parts.map((part) => `0${part.toString(8)}`);
  const hex = parts.map((part) => `0x${part.toString(16)}`);
  const groups = `${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`;
  const inverted = ~address >>> 0;
  return [
    parts.join("."),
    `${parts.join(".")}.`,
    parts.join("%2e"),
    parts.join("。"),
    Array.from(parts.join("."), (digit) => (digit === "." ? digit : String.fromCodePoint(0xff10 + Number(digit)))).join(
      "",
    ),
    String(address),
    `0x${address.toString(16)}`,
    `0X${address.toString(16).toUpperCase().padStart(8, "0")}`,
    `0${address.toString(8)}`,
    octal.join("."),
    hex.join("."),
    [hex[0], octal[1], ...parts.slice(2)].join("."),
    `${a}.${address & 0xffffff}`,
    `${a}.${b}.${address & 0xffff}`,
    `[::${parts.join(".")}]`,
    `[::ffff:${parts.join(".")}]`,
    `[::ffff:${groups}]`,
    `[0:0:0:0:0:FFFF:${groups}]`,
    `[64:ff9b::${groups}]`,
    `[64:ff9b::${parts.join(".")}]`,
    `[2002:${groups}::1]`,
    `[2001:0:4136:e378:8000:63bf:${(inverted >>> 16).toString(16)}:${(inverted & 0xffff).toString(16)}]`,
  ];
}

function writeV6(address: bigint): string[] {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const padded = groups.map((group) => group.padStart(4, "0"));
  return [`[${groups.join(":")}]`, `[${padded.join(":").toUpperCase()}]`, `[${groups.join(":")}]:8443`];
}

test.each([
  ["https://sms.example.com", true],
  ["http://127.0.0.1:8787", false],
  ["http://localhost:8787", false],
  ["http://192.168.1.7", false],
  ["http://[::1]:8787", false],
  ["http://gateway", false],
  ["https://gateway.home.arpa", false],
  ["no URL", false],
])("%s can be called from the internet: %s", (url, isPublic) => {
  expect(namesPublicHost(url)).toBe(isPublic);
});
