import { describe, expect, it } from "vitest";
import { mayHaveMoved } from "./quick-tunnel.ts";

describe("an address that a Mac may have moved to", () => {
  it.each([
    ["https://old-words.trycloudflare.com", "https://new-words.trycloudflare.com"],
    ["https://a1b2.ngrok-free.app", "https://c3d4.ngrok-free.app/"],
    ["https://one.share.zrok.io", "https://two.share.zrok.io"],
  ])("%s: %s, at the same provider of quick tunnels", (known, given) => {
    expect(mayHaveMoved(known, given)).toBe(true);
  });

  it.each([
    ["https://mac.example.com", "https://other.example.com", "a domain of one's own"],
    ["https://mac.example.co.uk", "https://stranger.co.uk", "two strangers below one registry"],
    ["https://old.trycloudflare.com", "https://new.ngrok-free.app", "another provider"],
    ["https://old.trycloudflare.com", "http://new.trycloudflare.com", "without TLS"],
    ["https://old.trycloudflare.com", "https://new.trycloudflare.com.example.org", "a name that only begins so"],
    ["https://old.trycloudflare.com", "https://nottrycloudflare.com", "a name that only ends so"],
    ["https://old.trycloudflare.com", "words", "no address"],
  ])("%s: never %s (%s)", (known, given) => {
    expect(mayHaveMoved(known, given)).toBe(false);
  });
});
