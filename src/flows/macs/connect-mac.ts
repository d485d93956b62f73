import {
  type AccountRow,
  deleteAccount,
  dueAt,
  findMac,
  findMacAt,
  insertAccount,
  noteDue,
  noteMac,
  updateAccount,
} from "../../directory/accounts.ts";
import { runTogether } from "../../directory/database.ts";
import { readSandboxBlock } from "../../directory/organizations.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { MacFacts } from "../../domain/line.ts";
import { isSandboxMac, sandboxMacOf } from "../../domain/sandbox-mac.ts";
import { defaultSync } from "../../domain/snapshot.ts";
import { needAddress } from "../addresses.ts";
import type { Deps } from "../deps.ts";
import { resolveOrganization } from "../keys/organizations.ts";
import { publishOrganization } from "../publish.ts";
import { sealSecret } from "../secrets.ts";
import { seeThrough } from "../see-through.ts";
import { bellsOf, bellUrl } from "./bell-url.ts";
import { openMac, openPassword, openWith, readMacRefusal } from "./open-mac.ts";

export type MacGiven = { name?: string; url?: string; password?: string };

const noSuchMac = "No Mac is connected under this id.";

/** Connects a Mac: URL and password are tried first, and nothing is stored when they are not taken. */
export async function connectMac(
  deps: Deps,
  input: { organizationId: string | undefined; name: string | undefined; url: string; password: string },
): Promise<Result<AccountRow>> {
  const sandbox = isSandboxMac(input.url.trim());
  const addressed = sandbox ? ok("") : await needAddress(deps);
  if (!addressed.ok) return addressed;
  const organization = await resolveOrganization(deps, input.organizationId);
  if (!organization.ok) return organization;
  const url = sandbox ? sandboxMacOf(await readSandboxBlock(deps.db, organization.value.id)) : bareUrl(input.url);
  const existing = await findMacAt(deps.db, organization.value.id, url);
  if (existing !== null) {
    const known = { integration_id: existing.id };
    return fail("already_exists", "This Mac is connected already: change it instead.", known);
  }
  const seen = await lookAt(deps, { url, password: input.password.trim() });
  if (!seen.ok) return seen;
  const id = deps.newId("int");
  const row: AccountRow = {
    ...noTwilio,
    id,
    organizationId: organization.value.id,
    sandbox,
    name: input.name ?? `${sandbox ? "Sandbox Mac" : "Mac"} ${seen.value.activeAlias ?? new URL(url).hostname}`,
    accountSid: id,
    url,
    password: await sealSecret(deps, "twilio_accounts", id, "password", input.password.trim()),
    mac: seen.value,
    createdAt: deps.now(),
  };
  await runTogether(deps.db, insertAccount(deps.db, row));
  const published = await publishOrganization(deps, row.organizationId);
  if (!published.ok) return published;
  return ok(await hangBell(deps, row));
}

const noTwilio = {
  kind: "bluebubbles",
  apiKeySid: null,
  apiKeySecret: null,
  authToken: null,
  previousAuthToken: null,
  previousValidUntil: null,
  region: null,
  edge: null,
  messagingServiceSid: null,
  voiceForward: null,
  sync: defaultSync,
  status: "connected",
  statusReason: null,
  checkedAt: 0,
  refusedSignatures: 0,
  lastRefusedSignatureAt: null,
} as const;

/** The server's own routes begin at its root. */
function bareUrl(url: string): string {
  const { origin, pathname } = new URL(url.trim());
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

async function lookAt(deps: Deps, login: { url: string; password: string }): Promise<Result<MacFacts>> {
  const seen = await openWith(deps, login).look();
  return seen.ok ? ok({ ...seen.value, offline: null }) : readMacRefusal(seen.refusal);
}

/** Has the Mac ring here; a bell that cannot be hung now is hung by the cron, and its lack is warned of. */
export async function hangBell(deps: Deps, row: AccountRow): Promise<AccountRow> {
  const mac = await openMac(deps, row);
  const hung = await mac.hangBell(await bellUrl(deps, row.id), await bellsOf(deps, row.id));
  if (row.mac === null || row.mac.bellHung === hung.ok) return row;
  const facts = { ...row.mac, bellHung: hung.ok };
  await noteMac(deps.db, row, facts);
  return { ...row, mac: facts };
}

/** Changes a Mac; a new URL or password is tried first. */
export async function changeMac(deps: Deps, id: string, given: MacGiven): Promise<Result<AccountRow>> {
  const row = await findMac(deps.db, id);
  if (row === null) return fail("not_found", noSuchMac);
  const login = await changeLogin(deps, row, given);
  if (!login.ok) return login;
  const change = { ...(given.name === undefined ? {} : { name: given.name }), ...login.value };
  // The bell that is yet to be hung is hung by the watchdog when all ends here.
  const due = login.value === null ? {} : { checkedAt: dueAt(deps.now()) };
  await updateAccount(deps.db, row, { ...change, ...due });
  const published = await publishOrganization(deps, row.organizationId);
  if (!published.ok) return published;
  const changed = { ...row, ...change };
  return ok(login.value === null ? changed : await hangBell(deps, changed));
}

/** Returns what a new URL or password changes once they were tried, null where neither is given. */
async function changeLogin(deps: Deps, row: AccountRow, given: MacGiven): Promise<Result<Partial<AccountRow> | null>> {
  if (given.url === undefined && given.password === undefined) return ok(null);
  const url = given.url === undefined || row.sandbox ? (row.url ?? "") : bareUrl(given.url);
  if (!row.sandbox && isSandboxMac(url))
    return fail("invalid_request", "The sandbox's Mac is one of its own: connect it beside this one.");
  const password = given.password?.trim() ?? (await openPassword(deps, row));
  const seen = await lookAt(deps, { url, password });
  if (!seen.ok) return seen;
  const sealed = await sealSecret(deps, "twilio_accounts", row.id, "password", password);
  return ok({ url, password: sealed, mac: seen.value, status: "connected", statusReason: null });
}

type Disconnected = { deletedAt: number; bellTaken: boolean };

/** Disconnects a Mac with its lines, and takes its bell down as far as the Mac answers: `bellTaken`. What is cut off is finished. */
export function disconnectMac(deps: Deps, id: string): Promise<Result<Disconnected>> {
  return seeThrough(deps, { kind: "disconnect_mac", subject: id, detail: "" }, () => goOnDisconnectingMac(deps, id));
}

/** Disconnects a Mac that is to be disconnected. */
export async function goOnDisconnectingMac(deps: Deps, id: string): Promise<Result<Disconnected>> {
  const row = await findMac(deps.db, id);
  if (row === null) return fail("not_found", noSuchMac);
  await noteDue(deps.db, id, deps.now());
  const taken = await (await openMac(deps, row)).takeBell(await bellsOf(deps, id));
  await deleteAccount(deps.db, row);
  const published = await publishOrganization(deps, row.organizationId);
  return published.ok ? ok({ deletedAt: deps.now(), bellTaken: taken.ok }) : published;
}
