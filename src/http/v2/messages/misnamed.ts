/** What callers of other APIs write for our fields, without case, dashes and underscores. */
const meant: Readonly<Record<string, Readable>> = {
  message: "text",
  body: "text",
  content: "text",
  msg: "text",
  messagetext: "text",
  media: "attachments",
  mediaurl: "attachments",
  mediaurls: "attachments",
  attachment: "attachments",
  image: "attachments",
  imageurl: "attachments",
  from: "from_number",
  sender: "from_number",
  fromphone: "from_number",
  fromphonenumber: "from_number",
  sendat: "send_at",
  scheduleat: "send_at",
  scheduledat: "send_at",
  scheduledfor: "send_at",
  sendtime: "send_at",
};

type Readable = "text" | "attachments" | "from_number" | "send_at";

/** Names beside `from_number` that stand for it already. */
const readAsSender = ["from_number", "fromNumber"];

/** Returns the sentence for a body without content: which of its fields holds what belongs in another, or which text is blank. */
export function explainMissingContent(body: unknown): string {
  const given: Record<string, unknown> = typeof body === "object" && body !== null ? { ...body } : {};
  const misnamed = Object.keys(given).find((name) => ["text", "attachments"].includes(fieldMeantBy(name) ?? ""));
  if (misnamed === undefined) return `Missing message content${blankText(given.text)}`;
  return fieldMeantBy(misnamed) === "text"
    ? `Missing message content: the text belongs in "text", not in "${misnamed}".`
    : `Missing message content: files belong in "attachments", a list of URLs, not in "${misnamed}".`;
}

function blankText(text: unknown): string {
  if (Array.isArray(text) && text.length > 0) {
    return `: text[${text.findIndex((entry) => isBlank(entry))}] is empty or nothing but white space.`;
  }
  return typeof text === "string" && text !== "" ? ": text is nothing but white space." : "";
}

/** Returns what of a body was not read though it seems meant: a misnamed field whose right name is not there. Null when there is none. */
export function warnOfMisnamed(body: Readonly<Record<string, unknown>>): string | null {
  const warnings = Object.keys(body).flatMap((name) => {
    const field = fieldMeantBy(name);
    if (field === null || isGiven(body, field)) return [];
    const then = field === "from_number" ? " The pool chose the number." : "";
    return [`"${name}" is no field of this call and was not read: write "${field}".${then}`];
  });
  return warnings.length === 0 ? null : warnings.join(" ");
}

/** Says whether a text has nothing that a person could see: white space and invisible characters alone. */
export function isBlank(text: unknown): boolean {
  return typeof text === "string" && /^[\s\p{Cf}\u2800\u3164]*$/u.test(text);
}

function fieldMeantBy(name: string): Readable | null {
  if (name === "send_at" || readAsSender.includes(name)) return null;
  const plain = name.slice(0, 40).toLowerCase().replace(/[_-]/g, "");
  return Object.hasOwn(meant, plain) ? (meant[plain] ?? null) : null;
}

function isGiven(body: Readonly<Record<string, unknown>>, field: Readable): boolean {
  const names = field === "from_number" ? readAsSender : [field];
  return names.some((name) => body[name] != null && body[name] !== "");
}
