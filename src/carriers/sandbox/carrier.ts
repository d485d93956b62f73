import type { Login, TwilioAccount } from "../twilio/account.ts";
import { twilioCarrier } from "../twilio/client.ts";
import { type Sandboxes, sandboxFetch } from "./fetch.ts";

/** Returns the sandbox: Twilio's client, its requests answered by the sandbox object of the account instead of the network. */
export function sandboxCarrier(sandboxes: Sandboxes): (login: Login) => TwilioAccount {
  return twilioCarrier({ fetch: sandboxFetch(sandboxes), apiUrl: "https://api.twilio.com" });
}
