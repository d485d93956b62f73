import { signInLink } from "../claim.mjs";
import { seed } from "../local/seed.mjs";
import { refuseTaken } from "./domain.mjs";
import { adminOf, findAmiss, settleAddress, waitForHealth } from "./gateway.mjs";
import { chooseAccount, gatherSecrets, planDeployment, sayAccounts } from "./plan.mjs";

const claimMinutes = 60;

/**
 * Brings an account of Cloudflare to this release, from wherever it stands: every step looks first and makes only what is missing, so that a run that was cut off
 * is repeated. `cloud` asks and tells Cloudflare, `openNotebook` gives what this machine keeps for an account (null where nothing may be kept), `say` prints,
 * `ask` chooses one of several on a terminal (null where there is none). Resolves to what came of it: the account, the address (null: it has none yet), the link
 * to sign in with (null: this machine does not know the token), and whether anything was changed. Rejects with a DeployError.
 */
export async function deploy({ cloud, openNotebook, environment, options, toml, version, say, ask }) {
  const account = await findAccount(cloud, environment, ask);
  cloud.choose(account);
  say(`Account      ${account}`);
  const found = await look(cloud, toml, options);
  if (options.domain !== undefined) await refuseTaken(options.domain);
  if (options.dryRun) {
    sayPlan(found, options, say);
    return { account, url: null, sign_in: null, dry_run: true };
  }

  const notebook = openNotebook(account);
  const holdsData = await mayHoldData(cloud, found, environment, notebook.notes);
  const { secrets, made } = gatherSecrets({
    missing: found.plan.secrets,
    environment,
    notes: notebook.notes,
    holdsData,
  });
  // Kept before they are used: a run that ends between the two goes on with the same.
  if (notebook.keeps && Object.keys(secrets).length > 0) notebook.write(secrets);
  saySecrets({ found, made, notebook, say });

  await prepareDatabase(cloud, found, say);
  say("Code         uploading …");
  const [url] = await cloud.upload({ secrets, domain: options.domain, version });
  say(`Code         version ${version} at ${url ?? "no address"}`);
  const token = environment.ADMIN_TOKEN || secrets.ADMIN_TOKEN || notebook.notes.ADMIN_TOKEN;
  const signIn = await finish({ url, token, notebook, options, version, say });
  return { account, url: url ?? null, sign_in: signIn, dry_run: false };
}

async function findAccount(cloud, environment, ask) {
  const accounts = await cloud.whoAmI();
  const chosen = chooseAccount(accounts, environment.CLOUDFLARE_ACCOUNT_ID);
  if (chosen !== null) return chosen;
  if (ask === null) throw sayAccounts(accounts);
  return await ask("This login has several accounts. Deploy to:", accounts);
}

async function look(cloud, toml, { newDatabase }) {
  const databaseName = toml.d1_databases[0].database_name;
  const [worker, databases] = await Promise.all([cloud.listSecrets(), cloud.listDatabases()]);
  return { worker, databaseName, plan: planDeployment({ worker, databases, databaseName, newDatabase }) };
}

function sayPlan({ worker, databaseName, plan }, { domain }, say) {
  say(
    `Secrets      ${plan.secrets.length === 0 ? "all are there" : `would make and upload ${plan.secrets.join(", ")}`}`,
  );
  say(`Database     ${plan.database ? `would create ${databaseName}` : `${databaseName} is there`}`);
  say(
    `Migrations   would apply those that it lacks${plan.database ? "" : ", after noting the bookmark that leads back"}`,
  );
  say(
    `Code         would ${worker === null ? "upload for the first time" : "replace what is there"}${domain ? `, at ${domain}` : ""}`,
  );
  say("Queues       would be made by wrangler where they are missing");
  say("Nothing was changed: this was a dry run.");
}

/** Only asked where it decides: the master keys are nowhere to be found, and the database was there before. */
async function mayHoldData(cloud, { plan }, environment, notes) {
  const isLost = plan.secrets.includes("MASTER_KEYS") && !environment.MASTER_KEYS && !notes.MASTER_KEYS;
  return isLost && !plan.database ? await cloud.holdsData() : false;
}

function saySecrets({ found, made, notebook, say }) {
  const { secrets } = found.plan;
  if (secrets.length === 0) return say("Secrets      all are there, and stay as they are");
  const given = secrets.filter((name) => !made.includes(name));
  if (given.length > 0) say(`Secrets      ${given.join(", ")} taken from where it was kept`);
  if (made.length === 0) return;
  say(`Secrets      ${made.join(", ")} made`);
  if (notebook.keeps) {
    say(`             kept in ${notebook.path}: put them into your password store. Without the master keys`);
    say("             nothing that the gateway has sealed can be opened again.");
  } else {
    say(
      "             and known to nobody but the Worker: a run without a terminal keeps and prints no secret. To have your own,",
    );
    say("             set ADMIN_TOKEN and MASTER_KEYS as secrets of the build before the first deployment.");
  }
}

async function prepareDatabase(cloud, { plan, databaseName }, say) {
  if (plan.database) {
    await cloud.createDatabase(databaseName);
    say(`Database     ${databaseName} created`);
  } else {
    const bookmark = await cloud.readBookmark();
    say(`Database     ${databaseName} is there`);
    if (bookmark !== null) {
      say(`             the way back to how it is now: npx wrangler d1 time-travel restore DB --bookmark=${bookmark}`);
    }
  }
  await cloud.migrate();
  say("Migrations   all applied");
}

async function finish({ url, token, notebook, options, version, say }) {
  if (url === undefined) {
    say(
      "The Worker has no https address yet: switch workers.dev on, or run npm run deploy -- --domain sms.example.com",
    );
    return null;
  }
  await waitForHealth(url, version, () => say("Health       waiting: a new name can take some minutes …"));
  say("Health       the gateway answers");
  if (token === undefined) {
    sayStranger(url, say);
    return null;
  }
  const call = adminOf(url, token);
  const address = await settleAddress(call, url, options.domain !== undefined);
  say(`Public URL   ${address.url}${address.set ? "" : ", as it was"}`);
  if (address.numbersBehind > 0) {
    say(
      `             ${address.numbersBehind} numbers at Twilio still lead to a former address: the dashboard's settings point them here.`,
    );
  }
  for (const amiss of await findAmiss(call)) say(`Amiss        ${amiss}`);
  if (notebook.keeps) notebook.write({ url });
  const key = notebook.keeps ? await seed(url, token, notebook) : null;
  const link = signInLink(url, token, { minutes: claimMinutes });
  sayWelcome({ url, link, key, say });
  return link;
}

function sayStranger(url, say) {
  say("");
  say(`Trunkline is deployed at ${url}`);
  say("This machine does not know its ADMIN_TOKEN, so the public URL and the checks were left alone: sign in at");
  say(`  ${url}/app/sign-in`);
}

function sayWelcome({ url, link, key, say }) {
  say("");
  say("Trunkline is deployed.");
  say("");
  say(`  Dashboard    ${link}`);
  say(`               (opens once, within ${claimMinutes} minutes; another: npm run sign-in -- --url ${url})`);
  say(`  API          ${url}/v2/api`);
  say("");
  if (key === null) {
    say("Look whether it answers:");
    say("");
    say(`  curl -sS ${url}/healthz`);
  } else {
    say("Send a message; the sandbox delivers it within seconds, at no cost:");
    say("");
    say(
      `  curl -sS -X POST ${url}/v2/api/chats/%2B15551234567/messages -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '{"text":"Hello from Trunkline"}'`,
    );
  }
  say("");
  say("Next: connect a Twilio account in the dashboard, import its numbers, and give them to a live key.");
}
