type Ability = { name: string; words: string; how: string };

const privateApi = "Turn on the Private API in BlueBubbles Server, and connect its helper.";

/** What a line can be asked to do, for people, each with what it takes: the table of docs/imessage.md. */
export const abilities: readonly Ability[] = [
  { name: "send", words: "Send texts", how: privateApi },
  { name: "attachments", words: "Send files", how: privateApi },
  { name: "start_conversation", words: "Write to people first", how: privateApi },
  { name: "multipart", words: "Several parts in one message", how: privateApi },
  { name: "effects", words: "Effects", how: privateApi },
  {
    name: "replies",
    words: "Replies to a message",
    how: "The Private API on macOS 15 or older: on macOS 26 they crash Messages.",
  },
  { name: "reactions", words: "Reactions (six tapbacks)", how: privateApi },
  { name: "typing", words: "Show typing", how: privateApi },
  {
    name: "stop_typing",
    words: "Stop showing typing",
    how: "A server after 1.9.9. Until then it ends with the message.",
  },
  { name: "read", words: "Mark as read", how: privateApi },
  { name: "groups", words: "Groups", how: privateApi },
  { name: "group_manage", words: "Change groups", how: privateApi },
  { name: "edit", words: "Edit", how: "The Private API, and macOS 13 or newer." },
  { name: "unsend", words: "Unsend", how: "The Private API, and macOS 13 or newer." },
  { name: "availability", words: "See who is on iMessage", how: privateApi },
  {
    name: "facetime_link",
    words: "FaceTime links",
    how: "Switch on FaceTime calling in BlueBubbles Server; it takes macOS 12. It shows when a link is asked for.",
  },
  {
    name: "find_my",
    words: "Locations (Find My)",
    how: "macOS 13 or older shows everybody; a newer one only who moves.",
  },
  { name: "contact_share", words: "Share the contact card", how: privateApi },
  {
    name: "sms",
    words: "SMS by your iPhone",
    how: "On the iPhone: Settings, Apps, Messages, Text Message Forwarding, this Mac.",
  },
  { name: "rcs", words: "RCS by your iPhone", how: "As for SMS; it takes macOS 15, and shows when RCS arrives." },
];
