import page from "../../../docs/moving-from-blooio.md?raw";
import type { FakeAccount } from "../node/fake-twilio-account.ts";
import { admin, call, eventually } from "./gateway.ts";
import {
  acceptedBy,
  assignTo,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  standInForTheOutside,
} from "./twilio.ts";

/** The lines below a heading of docs/moving-from-blooio.md. */
function sectionOf(heading: string): string[] {
  const [, after = ""] = page.split(`\n## ${heading}\n`);
  return (after.split("\n## ")[0] ?? "").split("\n");
}

/** Returns the rows of the table below a heading of docs/moving-from-blooio.md, as their cells. */
export function rowsOf(heading: string): string[][] {
  const rows = sectionOf(heading).filter((line) => line.startsWith("| "));
  return rows.slice(1).map((row) => row.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));
}

/** Returns the points of the list below a heading of docs/moving-from-blooio.md. */
export function pointsOf(heading: string): string[] {
  return sectionOf(heading)
    .filter((line) => line.startsWith("- "))
    .map((line) => line.slice(2));
}

/** A live key of somebody who came from Blooio: two numbers and a WhatsApp sender behind the strict stand-in, and a webhook that gets all. */
export type Moved = {
  outside: Outside;
  twilio: FakeAccount;
  key: LiveKey;
  whatsapp: string;
  person: string;
  secret: string;
  /** Calls the v2 API with the key. */
  v2: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => ReturnType<typeof call>;
  /** Sends a body to a person, by default the one of this key. */
  send: (body: object, to?: string, headers?: Record<string, string>) => ReturnType<typeof call>;
  /** The person writes to a number of the key, with further parameters of Twilio. */
  write: (text: string, more?: Partial<Parameters<FakeAccount["sendInbound"]>[0]>) => Promise<void>;
  /** Waits for an event of this name that fits, and returns it as it was told. */
  told: (event: string, fits?: (body: Record<string, unknown>) => boolean) => Promise<Outside["told"][number]>;
  /** Waits for what Twilio took of this text. */
  taken: (text: string) => Promise<ReturnType<typeof acceptedBy>[number]>;
};

/** Makes such a key, with an outside of its own. */
export async function move(): Promise<Moved> {
  const outside = standInForTheOutside();
  const whatsapp = `whatsapp:${freshNumber()}`;
  const numbers = [freshNumber(), freshNumber()];
  const twilio = outside.open({ numbers: [...numbers, whatsapp] });
  const key = await makeLiveKey(twilio, { numbers });
  await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: whatsapp } });
  await assignTo(key.id, whatsapp);
  const person = freshNumber();
  const v2: Moved["v2"] = (method, path, body, headers = {}) =>
    call(`/v2/api${path}`, { method, token: key.token, headers, ...(body === undefined ? {} : { body }) });
  const hook = await v2("POST", "/webhooks", { webhook_url: "https://customer.example/blooio", webhook_type: "all" });
  return {
    ...{ outside, twilio, key, whatsapp, person, v2, secret: String(hook.body.signing_secret) },
    send: (body, to = person, headers = {}) => v2("POST", `/chats/${encodeURIComponent(to)}/messages`, body, headers),
    async write(text, more = {}) {
      const url = twilio.numbers[0]?.fields.sms_url ?? "";
      const [answer] = await twilio.sendInbound({ from: person, to: String(numbers[0]), text, url, ...more });
      if (answer?.status !== 200) throw new Error(`The inbound message was answered ${answer?.status}.`);
    },
    told: (event, fits = () => true) =>
      eventually(async () => outside.told.find(({ body }) => body.event === event && fits(body))),
    taken: (text) =>
      eventually(async () => acceptedBy(twilio).find((one) => one.kind === "accepted" && one.body === text)),
  };
}
