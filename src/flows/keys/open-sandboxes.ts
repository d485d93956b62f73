import { listUnopenedSandboxes, noteChecked } from "../../directory/accounts.ts";
import { readSandboxBlock } from "../../directory/organizations.ts";
import { readAccount } from "../../directory/publish.ts";
import type { Deps } from "../deps.ts";
import { openLogin } from "../secrets.ts";

const sandboxesPerRound = 20;

/** Opens the sandbox accounts of organizations whose making was cut off: run by the cron. One that is open already stays as it is. */
export async function openSandboxes(deps: Deps): Promise<void> {
  for (const row of await listUnopenedSandboxes(deps.db, sandboxesPerRound)) {
    const { accountSid, authToken } = await openLogin(deps, readAccount(row));
    const block = await readSandboxBlock(deps.db, row.organizationId);
    if (authToken !== null) await deps.sandbox(accountSid).open({ accountSid, authToken, block });
    await noteChecked(deps.db, row.id, deps.now());
  }
}
