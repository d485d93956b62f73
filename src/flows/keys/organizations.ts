import { type AccountRow, insertAccount, noMac } from "../../directory/accounts.ts";
import {
  findOrganization,
  insertOrganization,
  listOrganizations,
  type Organization,
  updateOrganization,
} from "../../directory/organizations.ts";
import { readProgress } from "../../directory/transfer.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { defaultSelection, defaultSync, type Protocol, type Selection } from "../../domain/snapshot.ts";
import type { Deps } from "../deps.ts";
import { publishOrganization } from "../publish.ts";
import { sealSecret } from "../secrets.ts";

/** Creates an organization with its own sandbox account, so that test keys work from the first minute. */
export async function createOrganization(
  deps: Deps,
  input: { name: string; countryCode: string | null; id?: string },
): Promise<Organization> {
  const organization: Organization = {
    id: input.id ?? deps.newId("org"),
    name: input.name,
    countryCode: input.countryCode,
    selection: defaultSelection,
    retentionDays: null,
    createdAt: deps.now(),
  };
  const sandbox = await composeSandboxAccount(deps, organization);
  const { accountSid } = sandbox.row;
  const block = await insertOrganization(deps.db, organization, insertAccount(deps.db, sandbox.row));
  await deps.sandbox(accountSid).open({ accountSid, authToken: sandbox.authToken, block });
  return organization;
}

async function composeSandboxAccount(
  deps: Deps,
  organization: Organization,
): Promise<{ row: AccountRow; authToken: string }> {
  const id = deps.newId("int");
  const authToken = hex(deps.randomBytes(16));
  return {
    authToken,
    row: {
      id,
      organizationId: organization.id,
      name: "Sandbox",
      accountSid: `AC${hex(deps.randomBytes(16))}`,
      sandbox: true,
      ...noMac,
      apiKeySid: null,
      apiKeySecret: null,
      authToken: await sealSecret(deps, "twilio_accounts", id, "auth_token", authToken),
      previousAuthToken: null,
      previousValidUntil: null,
      region: null,
      edge: null,
      messagingServiceSid: null,
      voiceForward: null,
      sync: { ...defaultSync, channels: ["sms", "whatsapp", "voice"] },
      status: "connected",
      statusReason: null,
      checkedAt: 0,
      refusedSignatures: 0,
      lastRefusedSignatureAt: null,
      createdAt: deps.now(),
    },
  };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One id for the first organization of every deployment, so that two first calls at once make one of it. */
const defaultOrganizationId = "org_default0000000000000";

/** Makes sure that a fresh deployment has its one organization, "Default". */
export async function ensureDefaultOrganization(deps: Deps): Promise<void> {
  const { total } = await listOrganizations(deps.db, { limit: 1, offset: 0 });
  if (total > 0 || (await readProgress(deps.db)) !== null) return;
  try {
    await createOrganization(deps, { id: defaultOrganizationId, name: "Default", countryCode: "US" });
  } catch (error) {
    if ((await findOrganization(deps.db, defaultOrganizationId)) === null) throw error;
  }
}

/** Returns the organization that is meant: the one named, or the only one there is. */
export async function resolveOrganization(deps: Deps, id: string | undefined): Promise<Result<Organization>> {
  if (id !== undefined) {
    const found = await findOrganization(deps.db, id);
    return found === null ? fail("not_found", "Organization not found.") : ok(found);
  }
  const { organizations, total } = await listOrganizations(deps.db, { limit: 1, offset: 0 });
  const [only] = organizations;
  if (only === undefined || total !== 1) {
    return fail("invalid_request", "There is more than one organization: say which with organization_id.");
  }
  return ok(only);
}

/** Changes an organization and publishes to its keys; a part of `selection` that is left out stays. */
export async function changeOrganization(
  deps: Deps,
  id: string,
  change: {
    name?: string;
    countryCode?: string | null;
    selection?: Partial<Record<Protocol, Selection>>;
    retentionDays?: number | null;
  },
): Promise<Result<Organization>> {
  const found = await findOrganization(deps.db, id);
  if (found === null) return fail("not_found", "Organization not found.");
  const next = {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.countryCode === undefined ? {} : { countryCode: change.countryCode }),
    ...(change.retentionDays === undefined ? {} : { retentionDays: change.retentionDays }),
    ...(change.selection === undefined ? {} : { selection: { ...found.selection, ...change.selection } }),
  };
  await updateOrganization(deps.db, id, next);
  const published = await publishOrganization(deps, id);
  return published.ok ? ok({ ...found, ...next }) : published;
}
