import { directoryShape, readDirectoryShape } from "../directory/standing.ts";
import { fail, failNewer, ok, type Result } from "../domain/failure.ts";
import type { Deps } from "./deps.ts";

const trustedMs = 60_000;

/** Refuses where the directory is of another shape than this code: it is then neither read for a change nor written. Read at most once a minute; a directory that does not say its shape is taken as it is. */
export async function fitsDirectory(deps: Deps): Promise<Result<null>> {
  const known = deps.shape.get("directory");
  if (known !== undefined && deps.now() - known.readAt < trustedMs) return judge(known.shape);
  const shape = await readDirectoryShape(deps.db);
  // A directory that does not fit is read again each time: the migration that mends it is in force at once.
  if (judge(shape).ok) deps.shape.set("directory", { shape, readAt: deps.now() });
  return judge(shape);
}

function judge(shape: number | null): Result<null> {
  if (shape === null || shape === directoryShape) return ok(null);
  if (shape > directoryShape) return failNewer("directory", shape, directoryShape);
  const message = `The directory has shape ${shape}, and this code needs ${directoryShape}: apply the migrations with npx wrangler d1 migrations apply DB --remote.`;
  return fail("release_mismatch", message, { stored_shape: shape, known_shape: directoryShape });
}
