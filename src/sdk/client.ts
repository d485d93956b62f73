import { Campaigns } from "./campaigns.ts";
import { Chats } from "./chats.ts";
import { Contacts } from "./contacts.ts";
import { Events } from "./events.ts";
import { Messages } from "./messages.ts";
import { type Answer, type Ask, type CallOptions, makeAsk, makeOpen, type TrunklineOptions } from "./transport.ts";
import { Webhooks } from "./webhooks.ts";

/** A Trunkline gateway, as one API key sees it. Every failed call throws a `TrunklineError`. */
export class Trunkline {
  readonly messages: Messages;
  readonly chats: Chats;
  readonly contacts: Contacts;
  readonly webhooks: Webhooks;
  readonly events: Events;
  readonly campaigns: Campaigns;
  /** Any call of the v2 API by its operation's name, for those that have no method of their own. */
  readonly call: Ask;

  constructor(options: TrunklineOptions = {}) {
    this.call = makeAsk(options);
    this.messages = new Messages(this.call);
    this.chats = new Chats(this.call);
    this.contacts = new Contacts(this.call);
    this.webhooks = new Webhooks(this.call);
    this.events = new Events(this.call);
    this.campaigns = new Campaigns(this.call, makeOpen(options));
  }

  /** Returns what this key is: its name, numbers and usage. */
  me(options?: CallOptions): Promise<Answer<"getMe">> {
    return this.call("getMe", {}, options);
  }

  /** Returns the numbers of the key's pool. */
  numbers(options?: CallOptions): Promise<Answer<"listNumbers">> {
    return this.call("listNumbers", {}, options);
  }

  /** Returns what a phone number is: valid or not, country, E.164 form. */
  lookUp(number: string, options?: CallOptions): Promise<Answer<"lookupPhoneNumber">> {
    return this.call("lookupPhoneNumber", { query: { number } }, options);
  }
}
