import { hopHeader } from "../../domain/webhook-signature.ts";
import type { Deps } from "../../flows/deps.ts";
import type { RequestLog } from "../request-log.ts";

/** A person's number or address, plainly written: what has to be decoded otherwise, and what has a query, goes to the API. */
const place = /^https?:\/\/[^/?#]+\/v2\/api\/chats\/((?:[\w.~:@+-]|%2[Bb]){1,512})\/messages$/;
/**
 * Returns what takes sends in front of the API, whose router and chain of middleware cost as much as all else that is done for one here: the same steps in the same order, and
 * the same answers. Null for every other request; one that it leaves to the API after all (`toApi`) was not read. What judges a send is loaded with v2, at the first one.
 */
export function sendDoor(
  deps: Deps,
  log: RequestLog,
): (request: Request, toApi: () => Response | Promise<Response>) => Promise<Response> | null {
  const door = { deps, log };
  let v2: typeof import("../v2/plain-send.ts") | undefined;
  return (request, toApi) => {
    if (request.method !== "POST") return null;
    const written = place.exec(request.url)?.[1];
    if (written === undefined || request.headers.has(hopHeader)) return null;
    const chatId = written.replace(/%2b/gi, "+");
    if (v2 !== undefined) return v2.letIn(door, request, chatId, toApi);
    return import("../v2/plain-send.ts").then((loaded) => {
      v2 = loaded;
      return loaded.letIn(door, request, chatId, toApi);
    });
  };
}
