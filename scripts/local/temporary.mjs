import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A gateway that could not be started; `details` is what the tools beneath said. */
export class StartError extends Error {
  constructor(message, details) {
    super(message);
    this.details = details;
  }
}

/** The folder for what the runtime writes for the time of a run; the name is ours, for a state directory may hold other files. */
export const temporaryFolder = (stateDir) => join(stateDir, "trunkline-tmp");

/** Empties the temporary folder of a state directory that no gateway runs on: what was killed could not tidy up. */
export function clearTemporaryFiles(stateDir) {
  rmSync(temporaryFolder(stateDir), { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(temporaryFolder(stateDir), { mode: 0o700 });
}
