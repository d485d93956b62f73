import { join, resolve } from "node:path";
import { openNotebook } from "../settings.mjs";

/** What this machine keeps of its deployments: a folder an account, for the owner of the files alone, and never in git. */
export const folderOf = (root) => resolve(root, process.env.DEPLOY_DIR || ".trunkline");

/** Returns the notebook of an account; where nothing may be kept, one that only lives as long as this run. */
export function openAccountNotebook(root, account, keeps) {
  if (!keeps) return { keeps, path: null, notes: {}, write: () => {} };
  return { ...openNotebook(join(folderOf(root), account)), keeps };
}
