// Prints a sign-in link for the dashboard of the gateway that these settings start.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { signInLink } from "./claim.mjs";
import { completeSecrets, openNotebook, readSettings, SettingError } from "./settings.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
try {
  const { stateDir, settings } = readSettings(root, process.env);
  completeSecrets(settings, openNotebook(stateDir));
  const { port } = JSON.parse(readFileSync(join(stateDir, "running.json"), "utf8"));
  console.log(signInLink(`http://127.0.0.1:${port}`, settings.ADMIN_TOKEN.value));
} catch (error) {
  const nobody = error.code === "ENOENT" && "No gateway runs on this state: start it with npm start.";
  console.error(nobody || (error instanceof SettingError ? error.message : `No link could be made: ${error.message}`));
  process.exitCode = 1;
}
