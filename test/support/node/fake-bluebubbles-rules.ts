/** The shapes that the server's routes ask for, in the words of its validator: the first fault only. */

export type Rules = Readonly<Record<string, string>>;
type Check = (value: unknown, argument: string, name: string) => string | null;

const checks: Readonly<Record<string, Check>> = {
  string: (value, _, name) => (typeof value === "string" ? null : `The ${name} must be a string.`),
  boolean: (value, _, name) =>
    [true, false, 0, 1, "0", "1", "true", "false"].includes(value as never)
      ? null
      : `The ${name} must be true or false.`,
  numeric: (value, _, name) => (isNumber(value) ? null : `The ${name} must be a number.`),
  integer: (value, _, name) =>
    isNumber(value) && Number.isInteger(Number(value)) ? null : `The ${name} must be an integer.`,
  array: (value, _, name) => (Array.isArray(value) ? null : `The ${name} must be an array.`),
  in: (value, argument, name) =>
    argument.split(",").includes(String(value)) ? null : `The selected ${name} is invalid.`,
  min: (value, argument, name) =>
    Number(value) >= Number(argument) ? null : `The ${name} must be at least ${argument}.`,
  max: (value, argument, name) =>
    Number(value) <= Number(argument) ? null : `The ${name} may not be greater than ${argument}.`,
};

/** Returns the validator's first complaint about a body or query, null where there is none. */
export function findComplaint(body: Record<string, unknown>, rules: Rules): string | null {
  for (const [name, list] of Object.entries(rules)) {
    const complaint = checkField(name, body[name], list.split("|"));
    if (complaint !== null) return complaint;
  }
  return null;
}

function checkField(name: string, value: unknown, list: string[]): string | null {
  if (list.includes("present") && value === undefined) return `The ${name} field must be present (but can be empty).`;
  const empty = value === undefined || value === null || value === "";
  if (list.includes("required") && empty) return `The ${name} field is required.`;
  if (empty) return null;
  for (const rule of list) {
    const [kind = "", argument = ""] = rule.split(":");
    const complaint = checks[kind]?.(value, argument, name) ?? null;
    if (complaint !== null) return complaint;
  }
  return null;
}

function isNumber(value: unknown): boolean {
  return value !== "" && typeof value !== "boolean" && Number.isFinite(Number(value));
}

const methods = "string|in:apple-script,private-api";
const sent = {
  method: methods,
  tempGuid: "string",
  effectId: "string",
  subject: "string",
  selectedMessageGuid: "string",
  partIndex: "numeric|min:0",
};

export const textRules: Rules = { chatGuid: "required|string", message: "present", ...sent, ddScan: "boolean" };
export const fileRules: Rules = {
  chatGuid: "required|string",
  name: "required|string",
  ...sent,
  isAudioMessage: "boolean",
};
export const partsRules: Rules = { chatGuid: "required|string", parts: "required|array", ...sent };
export const newChatRules: Rules = {
  addresses: "required|array",
  message: "required|string",
  method: methods,
  service: "string|in:iMessage,SMS",
  tempGuid: "string",
  effectId: "string",
};
export const reactRules: Rules = {
  chatGuid: "required|string",
  selectedMessageGuid: "required|string",
  reaction:
    "required|string|in:love,like,dislike,laugh,emphasize,question,-love,-like,-dislike,-laugh,-emphasize,-question",
  partIndex: "numeric|min:0",
};
export const editRules: Rules = {
  editedMessage: "required|string",
  backwardsCompatibilityMessage: "required|string",
  partIndex: "numeric|min:0",
};
export const unsendRules: Rules = { partIndex: "numeric|min:0" };
export const queryRules: Rules = {
  chatGuid: "string",
  with: "array",
  offset: "numeric|min:0",
  limit: "numeric|min:1|max:1000",
  sort: "string|in:ASC,DESC",
  after: "numeric|min:0",
  before: "numeric|min:1",
  where: "array",
};
export const addressRules: Rules = { address: "required|string" };
export const renameRules: Rules = { displayName: "required|string" };
export const webhookRules: Rules = { url: "required|string", events: "required|array" };

/** The events that can be registered; the removed aliases are told under another name, so only `*` hears of them. */
export const webhookEvents = [
  "*",
  "new-message",
  "updated-message",
  "message-send-error",
  "typing-indicator",
  "chat-read-status-changed",
  "participant-added",
  "participant-removed",
  "participant-left",
  "group-name-change",
  "group-icon-changed",
  "group-icon-removed",
  "incoming-facetime",
  "ft-call-status-changed",
  "new-findmy-location",
  "imessage-alias-removed",
  "new-server",
  "hello-world",
];
