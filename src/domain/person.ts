/**
 * WhatsApp knows some people by two writings of one number, and reports the one while users write the other: Mexican mobiles with and without the 1 that the
 * numbering plan dropped in 2019, Brazilian ones with and without the ninth digit that came area by area until 2016, Argentine ones with and without the 9 of calls from abroad
 * (a WhatsApp id keeps the writing in which its owner registered, long after ANATEL and IFT changed the plans). `plain` lacks the digit and `marked` has it.
 */
type Rule = {
  plain: RegExp;
  marked: RegExp;
  mark: (plain: string) => string;
  strip: (marked: string) => string;
  known: "plain" | "marked";
};

const rules: readonly Rule[] = [
  {
    plain: /^whatsapp:\+52[1-9]\d{9}$/,
    marked: /^whatsapp:\+521\d{10}$/,
    mark: (plain) => plain.replace("+52", "+521"),
    strip: (marked) => marked.replace("+521", "+52"),
    known: "plain",
  },
  {
    plain: /^whatsapp:\+55[1-9]\d[6-9]\d{7}$/,
    marked: /^whatsapp:\+55[1-9]\d9[6-9]\d{7}$/,
    mark: (plain) => plain.replace(/(\+55\d\d)/, "$19"),
    strip: (marked) => marked.replace(/(\+55\d\d)9/, "$1"),
    known: "marked",
  },
  {
    plain: /^whatsapp:\+54[1-8]\d{9}$/,
    marked: /^whatsapp:\+549[1-8]\d{9}$/,
    mark: (plain) => plain.replace("+54", "+549"),
    strip: (marked) => marked.replace("+549", "+54"),
    known: "marked",
  },
];

/**
 * Returns the one address by which a person is known, whichever writing it is given: chat, window, opt-out and contact are kept under it. RCS reaches the phone number that
 * SMS reaches, and one opt-out holds for both. Other addresses are themselves.
 */
export function personOf(address: string): string {
  if (/^rcs:\+\d+$/.test(address)) return address.slice("rcs:".length);
  for (const { plain, marked, mark, strip, known } of rules) {
    if (plain.test(address)) return known === "plain" ? address : mark(address);
    if (marked.test(address)) return known === "marked" ? address : strip(address);
  }
  return address;
}

/** Returns every writing of an address that means the same person, the given one first. */
export function writingsOf(address: string): string[] {
  for (const { plain, marked, mark, strip } of rules) {
    if (plain.test(address)) return [address, mark(address)];
    if (marked.test(address)) return [address, strip(address)];
  }
  return [address];
}
