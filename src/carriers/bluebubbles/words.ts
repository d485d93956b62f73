import type { MessageEffect } from "../../domain/message.ts";
import type { Channel } from "../../domain/snapshot.ts";

const bubble = "com.apple.MobileSMS.expressivesend";
const screen = "com.apple.messages.effect.CK";
const effects: Readonly<Record<MessageEffect, string>> = {
  slam: `${bubble}.impact`,
  loud: `${bubble}.loud`,
  gentle: `${bubble}.gentle`,
  "invisible-ink": `${bubble}.invisibleink`,
  echo: `${screen}EchoEffect`,
  spotlight: `${screen}SpotlightEffect`,
  balloons: `${screen}HappyBirthdayEffect`,
  confetti: `${screen}ConfettiEffect`,
  love: `${screen}HeartEffect`,
  lasers: `${screen}LasersEffect`,
  fireworks: `${screen}FireworksEffect`,
  celebration: `${screen}SparklesEffect`,
};

/** Returns Apple's id of an effect. Source: the official client's constants. */
export function effectId(effect: MessageEffect): string {
  return effects[effect];
}

/** Returns the word for Apple's id of an effect, null for one that we do not know. */
export function effectOf(id: string | null): MessageEffect | null {
  const found = Object.entries(effects).find(([, known]) => known === id);
  return found === undefined ? null : (found[0] as MessageEffect);
}

/** Tapbacks in the order of Apple's types from 2000 on, with the emoji that say the same. */
const tapbacks: readonly [string, ...string[]][] = [
  ["love", "❤️", "❤", "♥️"],
  ["like", "👍", "+1"],
  ["dislike", "👎"],
  ["laugh", "😂", "haha"],
  ["emphasize", "‼️", "‼", "!!", "❗"],
  ["question", "❓", "?", "??"],
];

/** Returns the tapback that a reaction names, by word or emoji; null for one that cannot be sent. */
export function tapbackOf(reaction: string): string | null {
  const word = reaction.trim().toLowerCase();
  return tapbacks.find((names) => names.includes(word))?.[0] ?? null;
}

/** Returns what a row's tapback says, null where its type is none: a word of the six, the emoji of its text, or `sticker`. Source: types 2000 to 2007, and 3000 to 3007 for taking back. */
export function readTapback(type: string | number, text: string | null): { reaction: string; isAdded: boolean } | null {
  const word = String(type);
  const isAdded = !/^(-|3\d{3}$)/.test(word);
  const bare = word.replace(/^-/, "");
  const digits = /^[23](\d{3})$/.exec(bare)?.[1];
  const named = digits === undefined ? bare : (tapbacks[Number(digits)]?.[0] ?? digits);
  if (tapbacks.some(([name]) => name === named)) return { reaction: named, isAdded };
  if (named === "006") return { reaction: /\p{RGI_Emoji}/v.exec(text ?? "")?.[0] ?? "emoji", isAdded };
  return named === "007" || named === "sticker" || named === "1000" ? { reaction: "sticker", isAdded } : null;
}

/** Returns what carried a message, by its handle's service, else by the first part of its chat's name; `unknown` where neither says. */
export function channelOf(service: string | null | undefined, chat: string | null): Channel {
  switch ((service ?? chat?.split(";")[0] ?? "").toLowerCase()) {
    case "imessage":
      return "imessage";
    case "sms":
      return "sms";
    case "rcs":
      return "rcs";
    default:
      return service == null || chat === null ? "unknown" : channelOf(null, chat);
  }
}

/** Returns a chat's name without the service in front, which changes with the system: `any;-;+1…` and `iMessage;-;+1…` are one. */
export function chatKey(guid: string): string {
  return guid.split(";").slice(1).join(";");
}

/** Returns an address as it is compared: e-mail in small letters, numbers without anything but digits and `+`, names (a business's `urn:biz:…`, an SMS sender's) as they stand. */
export function plainAddress(address: string): string {
  if (address.includes("@")) return address.trim().toLowerCase();
  return /\p{L}/u.test(address) ? address.trim() : address.replace(/[^\d+]/g, "");
}

/** Returns a text as it is compared with what the Mac kept: one Unicode form, without the marks of attachments. */
export function plainText(text: string | null): string {
  return (text ?? "").replaceAll("\uFFFC", "").normalize("NFC").replace(/\r\n?/g, "\n").trim();
}
