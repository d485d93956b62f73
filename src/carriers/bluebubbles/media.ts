import type { CarrierResult, FileReference } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import { address, refuse, type Wire } from "./call.ts";

/** In place of a message: the file is a group's picture, named by the Mac's name of the group. */
export const iconOfGroup = "group-icon";

/** Opens a file of a message as it lies on the Mac, not made smaller nor into another kind, or a group's picture. A file is not ready until it has come down from iCloud. */
export async function openMedia(
  wire: Wire,
  login: MacLogin,
  { message, file }: FileReference,
): Promise<CarrierResult<Response>> {
  const named = encodeURIComponent(file);
  const url = address(
    login,
    message === iconOfGroup
      ? { path: `chat/${named}/icon` }
      : { path: `attachment/${named}/download`, query: { original: "true" } },
  );
  if (url === null) return refuse("line_offline", "The server's address is no HTTP address.");
  const answer = await open(wire, url);
  if (answer === null) return refuse("line_offline", "The Mac could not be reached.");
  if (answer.status === 200) return { ok: true, value: answer };
  await answer.body?.cancel();
  switch (answer.status) {
    case 401:
      return refuse("login_refused", "The server refused the password.", 401);
    case 404:
      return refuse("refused", "The Mac no longer has this file.", 404);
    case 500:
      return refuse("not_ready", "The file is not on the Mac yet.", 500);
    default:
      return refuse("line_offline", `The file's Mac answered HTTP ${answer.status}.`, answer.status);
  }
}

/** The deadline is for the answer's head: the body streams for as long as the reader takes. */
async function open(wire: Wire, url: string): Promise<Response | null> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), wire.sendMs);
  try {
    return await wire.fetch(url, { method: "GET", redirect: "manual", signal: controller.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
