type Form = Readonly<Record<string, string>>;

/** A button that a person pressed, the row of a list that they chose, a place that they sent, and the advertisement that they came from. */
export type WhatsappFacts = {
  button: { text: string | null; payload: string | null; type: string | null } | null;
  list: { id: string; title: string | null; description: string | null } | null;
  location: { latitude: number; longitude: number; address: string | null; label: string | null } | null;
  referral: Readonly<Record<string, string>> | null;
  /** What WhatsApp calls a person who may hide the number. */
  externalUserId: string | null;
  /** What a message is, where its text and files do not say: WhatsApp's word in small letters, or what can be seen. */
  kind: string;
};

/** Reads what a WhatsApp message says beside its text. Source: twilio.com/docs/messaging/guides/webhook-request; `MessageType` comes, but is documented nowhere. */
export function readWhatsapp(form: Form): WhatsappFacts {
  const facts = { button: readButton(form), list: readList(form), location: readLocation(form) };
  const { ExternalUserId: user } = form;
  return { ...facts, referral: readReferral(form), externalUserId: user || null, kind: readKind(form, facts) };
}

function readButton(form: Form): WhatsappFacts["button"] {
  const { ButtonText: text, ButtonPayload: payload, ButtonType: type } = form;
  if (!text && !payload) return null;
  return { text: text || null, payload: payload || null, type: type || null };
}

function readList({ ListId: id, ListTitle: title, ListDescription: description }: Form): WhatsappFacts["list"] {
  return id ? { id, title: title || null, description: description || null } : null;
}

function readLocation(form: Form): WhatsappFacts["location"] {
  if (!form.Latitude || !form.Longitude) return null;
  const latitude = Number(form.Latitude);
  const longitude = Number(form.Longitude);
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return null;
  return { latitude, longitude, address: form.Address || null, label: form.Label || null };
}

/** `ReferralSourceUrl` becomes `source_url`: names that Twilio adds later come along. */
function readReferral(form: Form): WhatsappFacts["referral"] {
  const named = Object.entries(form).filter(([name, value]) => /^Referral[A-Z]/.test(name) && value !== "");
  if (named.length === 0) return null;
  return Object.fromEntries(named.map(([name, value]) => [snakeCase(name.slice("Referral".length)), value]));
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
}

function readKind(form: Form, { button, list, location }: Pick<WhatsappFacts, "button" | "list" | "location">): string {
  const word = form.MessageType?.toLowerCase() ?? "";
  if (/^[a-z_]{1,32}$/.test(word)) return word;
  if (list !== null) return "list";
  if (button !== null) return "button";
  if (location !== null) return "location";
  if (/^[1-9]/.test(form.NumMedia ?? "")) return "media";
  return form.Body ? "text" : "unsupported";
}
