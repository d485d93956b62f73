import { readFileSync } from "node:fs";
import { join } from "node:path";
import { completeSecrets, openNotebook, readSettings } from "../settings.mjs";

/**
 * Returns where the gateway is that `npm start` runs with these settings, its admin token and the key it made at first; null where none runs. Throws a
 * SettingError where the settings cannot be used.
 * @param {string} root
 * @param {Record<string, string | undefined>} environment
 * @returns {{ url: string, adminToken: string, firstKey: string | undefined } | null}
 */
export function findHere(root, environment) {
  const { stateDir, settings } = readSettings(root, environment);
  const port = readPort(join(stateDir, "running.json"));
  if (port === null) return null;
  const notebook = openNotebook(stateDir);
  completeSecrets(settings, notebook);
  return {
    url: `http://127.0.0.1:${port}`,
    adminToken: settings.ADMIN_TOKEN.value,
    firstKey: notebook.notes.first_key,
  };
}

function readPort(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).port;
  } catch {
    return null;
  }
}
