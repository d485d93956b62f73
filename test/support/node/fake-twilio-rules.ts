/** What Twilio's 2010 API takes, written down once more for tests: names, shapes and the codes of refusals. */

export type Refused = { status: number; code: number; message: string };
type Rule = { repeat?: boolean; test: (value: string) => boolean };
export type Rules = Readonly<Record<string, Rule>>;

const any: Rule = { test: () => true };
const matching = (pattern: RegExp): Rule => ({ test: (value) => pattern.test(value) });
const oneOf = (...words: string[]): Rule => ({ test: (value) => words.includes(value) });
const integer = (min: number, max: number): Rule => ({
  test: (value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max,
});
const webUrl: Rule = { test: (value) => value.length <= 4000 && /^https?:$/.test(URL.parse(value)?.protocol ?? "") };
const webUrlOrEmpty: Rule = { test: (value) => value === "" || webUrl.test(value) };
const sidOrEmpty = (prefix: string): Rule => matching(new RegExp(`^(${prefix}[0-9a-f]{32})?$`));
const address = matching(
  /^((whatsapp|rcs):)?\+[1-9]\d{6,14}$|^\d{3,8}$|^[A-Za-z0-9 ]{1,11}$|^whatsapp:[A-Z]{2}\.\w+$|^rcs:[A-Za-z][\w.-]*$/,
);

export const createMessageRules: Rules = {
  To: any,
  From: address,
  MessagingServiceSid: matching(/^MG[0-9a-f]{32}$/),
  Body: any,
  MediaUrl: { ...webUrl, repeat: true },
  ContentSid: matching(/^HX[0-9a-f]{32}$/),
  ContentVariables: { test: isJsonObject },
  StatusCallback: webUrl,
  ApplicationSid: matching(/^AP[0-9a-f]{32}$/),
  ValidityPeriod: integer(1, 36_000),
  SmartEncoded: oneOf("true", "false"),
  SendAsMms: oneOf("true", "false"),
  ShortenUrls: oneOf("true", "false"),
  ContentRetention: oneOf("retain", "discard"),
  AddressRetention: oneOf("retain", "obfuscate"),
  RiskCheck: oneOf("enable", "disable"),
  ScheduleType: oneOf("fixed"),
  SendAt: any,
  PersistentAction: { ...any, repeat: true },
};

const paging: Rules = { PageSize: integer(1, 1000), Page: integer(0, 1_000_000), PageToken: any };

export const listMessageRules: Rules = {
  To: any,
  From: any,
  DateSent: any,
  "DateSent<": any,
  "DateSent>": any,
  ...paging,
};

export const listNumberRules: Rules = {
  PhoneNumber: any,
  FriendlyName: any,
  Beta: oneOf("true", "false"),
  Origin: oneOf("twilio", "hosted"),
  ...paging,
};

export const updateNumberRules: Rules = {
  FriendlyName: any,
  SmsUrl: webUrlOrEmpty,
  SmsMethod: oneOf("GET", "POST"),
  SmsFallbackUrl: webUrlOrEmpty,
  SmsFallbackMethod: oneOf("GET", "POST"),
  SmsApplicationSid: sidOrEmpty("AP"),
  StatusCallback: webUrlOrEmpty,
  StatusCallbackMethod: oneOf("GET", "POST"),
  VoiceUrl: webUrlOrEmpty,
  VoiceMethod: oneOf("GET", "POST"),
  VoiceFallbackUrl: webUrlOrEmpty,
  VoiceApplicationSid: sidOrEmpty("AP"),
};

/** Returns what is wrong with the names and shapes of a form or query, one sentence a fault. */
export function checkParams(params: URLSearchParams, rules: Rules): string[] {
  const faults: string[] = [];
  for (const name of new Set(params.keys())) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const values = params.getAll(name);
    if (rule === undefined) faults.push(`${name} is not a parameter of this call`);
    else if (values.length > 1 && rule.repeat !== true) faults.push(`${name} is given ${values.length} times`);
    else if (!values.every(rule.test)) faults.push(`${name} has a value that Twilio does not take`);
  }
  return faults;
}

/** Returns what is wrong with the raw bytes of a form body: a stray percent sign, a space, or anything but ASCII. */
export function checkEncoding(body: string): string[] {
  const stray = /%(?![0-9A-Fa-f]{2})/.test(body) || /[^\x21-\x7e]/.test(body);
  return stray ? ["the body is not valid application/x-www-form-urlencoded"] : [];
}

type Sender = { sms: boolean; mms: boolean };

/** Returns the refusal that a create call's content earns, as Twilio words it; null when it may pass. */
export function refuseMessage(form: URLSearchParams, owns: (from: string) => Sender | null): Refused | null {
  return refuseContent(form) ?? refuseAddresses(form, owns);
}

function refuseContent(form: URLSearchParams): Refused | null {
  const text = form.get("Body") ?? "";
  const media = form.getAll("MediaUrl");
  const empty = text === "" && media.length === 0 && !form.has("ContentSid");
  if (empty) return bad(21619, "A text message body or media urls must be specified.");
  if (text.length > 1600) return bad(21617, "The concatenated message body exceeds 1600 characters.");
  if (media.length > 10) return bad(21623, "Number of media files exceeds allowed limit.");
  if (form.has("ContentVariables") && !form.has("ContentSid")) return bad(21654, "ContentSid Required");
  return null;
}

function refuseAddresses(form: URLSearchParams, owns: (from: string) => Sender | null): Refused | null {
  const to = form.get("To") ?? "";
  const from = form.get("From");
  if (to === "") return bad(21604, "A 'To' phone number is required.");
  if (!address.test(to)) return bad(21211, `The 'To' number ${to} is not a valid phone number.`);
  if (from === null) return form.has("MessagingServiceSid") ? null : bad(21603, "A 'From' phone number is required.");
  if (["whatsapp:", "rcs:"].some((channel) => from.startsWith(channel) !== to.startsWith(channel))) {
    return bad(21910, "Invalid From and To pair. From and To should be of the same channel");
  }
  const sender = owns(from);
  if (sender === null) return bad(21659, `'${from}' is not a Twilio phone number or Short Code country mismatch`);
  if (!sender.sms) return bad(21661, `The 'From' number ${from} is not SMS-capable`);
  if (sender.mms || !form.has("MediaUrl")) return null;
  return bad(21621, `The 'From' number ${from} has not been enabled for MMS`);
}

function bad(code: number, message: string): Refused {
  return { status: 400, code, message };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
