import { randomBytes } from "node:crypto";
import { DeployError } from "./failure.mjs";

const makers = {
  ADMIN_TOKEN: () => randomBytes(32).toString("hex"),
  MASTER_KEYS: () => `k1:${randomBytes(32).toString("base64")}`,
};
/** The secrets without which a Worker of ours opens nothing. */
export const secretNames = Object.keys(makers);

/** Returns the account to deploy to, null where a person has to choose; throws where the one that is wished is none of the login's. */
export function chooseAccount(accounts, wished) {
  if (accounts === null) {
    throw new DeployError(
      "Login",
      "wrangler is not signed in to Cloudflare.",
      "Sign in with npx wrangler login, or set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID).",
    );
  }
  const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
  if (wished !== undefined && wished !== "") {
    // A token without the right to read accounts sees none: then what is said holds.
    if (accounts.length > 0 && !accounts.some(({ id }) => id === wished)) {
      throw new DeployError(
        "Account",
        `CLOUDFLARE_ACCOUNT_ID ${wished} is none of this login's accounts.`,
        `They are:\n${list}`,
        2,
      );
    }
    return wished;
  }
  if (accounts.length === 0) {
    throw new DeployError("Account", "The login has no account that it may see.", "Set CLOUDFLARE_ACCOUNT_ID.", 2);
  }
  return accounts.length === 1 ? accounts[0].id : null;
}

/** Returns what is said to whoever has several accounts and no terminal to choose on. */
export function sayAccounts(accounts) {
  const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
  return new DeployError(
    "Account",
    "This login has several accounts.",
    `Set CLOUDFLARE_ACCOUNT_ID to one of:\n${list}`,
    2,
  );
}

/**
 * Returns what is to be made, from what was found: `database` and `secrets` (names) that are missing. A Worker whose database is gone is never given an empty one,
 * unless that is wished.
 */
export function planDeployment({ worker, databases, databaseName, newDatabase = false }) {
  const isThere = databases.includes(databaseName);
  if (worker !== null && !isThere && !newDatabase) {
    const others = databases.length === 0 ? "It has no database." : `Its databases are: ${databases.join(", ")}.`;
    throw new DeployError(
      "Database",
      `The Worker is there, and the account has no database called ${databaseName}: it was renamed or deleted. ${others}`,
      "If it was renamed, write its name as database_name into wrangler.toml. To begin with an empty one: npm run deploy -- --new-database",
    );
  }
  return {
    database: !isThere,
    secrets: secretNames.filter((name) => !(worker ?? []).includes(name)),
  };
}

/**
 * Returns the secrets to upload, by name: those of the environment, else of the notebook, else new ones, of which `made` has the names. Master keys are never made
 * for a database that holds what others have sealed.
 */
export function gatherSecrets({ missing, environment, notes, holdsData }) {
  const secrets = {};
  const made = [];
  for (const name of missing) {
    const known = environment[name] || notes[name];
    if (!known && name === "MASTER_KEYS" && holdsData) {
      throw new DeployError(
        "Secrets",
        "The database holds data that was sealed by master keys, and neither the Worker nor this machine has them.",
        "Set MASTER_KEYS to those of the former deployment and run npm run deploy again. Without them nothing in there can be opened: to begin anew, delete the database (npx wrangler d1 delete DB) first.",
      );
    }
    secrets[name] = known || makers[name]();
    if (!known) made.push(name);
  }
  return { secrets, made };
}
