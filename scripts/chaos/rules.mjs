/** The judge's rules: what must hold, and the logs of the outside that show it. The table in `docs/chaos.md` says the same. */
export const rules = {
  S1: ["Every send that was answered 2xx is shown afterwards, under the id that it was answered", "client"],
  S2: ["A repeat under one idempotency key is answered the same id, and two keys two ids", "client"],
  S3: ["Twilio takes each text at most once", "Twilio"],
  S4: ["Twilio is asked only for what a client sent, whole, from a number of that client's key", "client, Twilio"],
  S5: ["What Twilio took, refused or never got is shown so in the end", "client, Twilio"],
  S6: ["Twilio is asked again only after 429, or a grace after a lost call by a key that wants it", "Twilio"],
  S7: [
    "A text that Twilio was never asked for was under way at a kill or a standstill, and they are few",
    "client, Twilio, kills",
  ],
  S8: ["Texts to one person leave in the order in which they were accepted", "client, Twilio"],
  S9: ["Texts to one person leave from one number: the one that the person last wrote to", "client, Twilio"],
  S10: ["Nobody who said STOP is written to after it was answered 200", "client, Twilio"],
  S11: ["A status that was shown never goes back", "client"],
  S12: ["Every send is answered 2xx, unless the gateway was down or the person said STOP", "client, kills"],
  C1: ["Every genuine callback is answered 2xx, unless the gateway was down", "Twilio, kills"],
  C2: ["Every callback with a wrong signature is refused", "Twilio"],
  I1: [
    "Every message of a person that was answered 200 is shown once, at the key that holds the number",
    "Twilio, client",
  ],
  I2: ["Every message of a person is answered 200 in the end; a forged one is refused", "Twilio"],
  I3: ["A message of a person is shown as it was written, with its files", "Twilio, client"],
  E1: [
    "Every step of every message, and every word of a person, is told to the key's webhook",
    "client, Twilio, receiver",
  ],
  E2: ["No step is told under two ids", "receiver"],
  E3: ["All attempts of one event have the same bytes", "receiver"],
  E4: ["Every delivery has two signatures that hold, of its own time", "receiver"],
  E5: ["Nothing is told that did not happen, and nothing to another key", "client, Twilio, receiver"],
  E6: ["The sequence numbers of a chat are 1, 2, 3, without a gap", "receiver"],
  E7: ["Every event is answered 2xx in the end, and posted again after that only around a kill", "receiver, kills"],
  E8: [
    "What is told of a message is what was sent or written: people, number, text, files",
    "client, Twilio, receiver",
  ],
  E9: ["A delivery that failed is repeated no sooner than its schedule says", "receiver, kills"],
  E10: ["The steps of a message are told in their order", "receiver"],
  T1: ["Twilio is used as it is documented", "Twilio"],
};

/** Rules that a run still mends while it waits: what they miss may be on its way. Whatever breaks another stays broken. */
export const mending = new Set(["S1", "S5", "S6", "S7", "I1", "I2", "E1", "E6", "E7"]);
