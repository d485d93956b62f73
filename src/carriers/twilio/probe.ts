import * as z from "zod";
import type { Capability, CarrierResult } from "../carrier.ts";
import type { Login } from "./account.ts";
import { accountPath, call, readAnswer, type Wire } from "./call.ts";
import { usesApiKey } from "./credentials.ts";
import { accountResource } from "./shapes.ts";

type Probed = CarrierResult<{ detail: string }>;

/**
 * Tries a login against one capability and says in words what was found.
 * A standard API key is refused the account resource (401, 20003) although it is sound: numbers, then messages, decide instead. Source: twilio.com/docs/iam/api-keys.
 */
export async function probe(wire: Wire, login: Login, capability: Capability): Promise<Probed> {
  switch (capability) {
    case "credentials":
      return probeCredentials(wire, login);
    case "numbers":
      return probeList(wire, login, "IncomingPhoneNumbers", "The account's phone numbers can be read.");
    case "messages":
      return probeList(wire, login, "Messages", "The account's messages can be read.");
  }
}

async function probeCredentials(wire: Wire, login: Login): Promise<Probed> {
  const called = await call(wire, login, { path: `${accountPath(login)}.json` });
  const read = readAnswer(called, accountResource);
  if (read.ok) {
    const { status, type } = read.value;
    if (status === "active") return { ok: true, value: { detail: `The account is active${type && ` (${type})`}.` } };
    return { ok: false, refusal: { status: 200, code: "20005", message: `The account is ${status}.` } };
  }
  if (!usesApiKey(login) || (read.refusal.status !== 401 && read.refusal.status !== 403)) return read;
  for (const capability of ["numbers", "messages"] as const) {
    const tried = await probe(wire, login, capability);
    if (tried.ok) return { ok: true, value: { detail: "The API key works; it may not read the account itself." } };
  }
  return read;
}

async function probeList(wire: Wire, login: Login, resource: string, detail: string): Promise<Probed> {
  const called = await call(wire, login, { path: `${accountPath(login)}/${resource}.json?PageSize=1` });
  const read = readAnswer(called, z.object({}));
  return read.ok ? { ok: true, value: { detail } } : read;
}
