import type { Context, Hono } from "hono";
import { pixel } from "../pixel.ts";
import { ok, refuse } from "./answers.ts";
import { handleOf } from "./play.ts";
import { addMessage, changeChat, findChat, type MacChatRow } from "./store.ts";

type Fields = Record<string, unknown>;
/** What is done to a chat; returns the row that tells of it, null where none does. */
type Work = (chat: MacChatRow, fields: Fields) => Fields | null;

/** Registers what can be asked of a chat beside sending. */
export function addChats(app: Hono, { sql }: { sql: SqlStorage }): void {
  const onChat = (work: Work) => async (c: Context) => {
    const chat = findChat(sql, c.req.param("guid") ?? "");
    if (chat === null) return refuse(404, "Chat does not exist!");
    const told = work(chat, await readFields(c));
    if (told !== null) addMessage(sql, { chat, isFromMe: true, now: Date.now(), body: told });
    return ok(describeChat(findChat(sql, chat.guid) ?? chat));
  };
  const move = (isAdded: boolean) =>
    onChat((chat, { address }) => {
      const others = chat.members.filter((member) => member !== address);
      changeChat(sql, chat, { members: isAdded ? [...others, String(address)] : others });
      return { itemType: 1, groupActionType: isAdded ? 0 : 1 };
    });
  const rename = onChat((chat, { displayName }) => {
    changeChat(sql, chat, { name: String(displayName) });
    return { itemType: 2, groupTitle: displayName };
  });
  const icon = (groupActionType: number) => onChat(() => ({ itemType: 3, groupActionType }));
  app.get("/chat/:guid", onChat(nothing));
  app.put("/chat/:guid", rename);
  app.post("/chat/:guid/participant/add", move(true));
  app.post("/chat/:guid/participant/remove", move(false));
  app.get("/chat/:guid/icon", (c) => {
    const isThere = findChat(sql, c.req.param("guid")) !== null;
    return isThere ? c.body(pixel, 200, { "content-type": "image/png" }) : refuse(404, "Chat does not exist!");
  });
  app.post("/chat/:guid/icon", icon(1));
  app.delete("/chat/:guid/icon", icon(2));
  for (const what of ["read", "typing", "share/contact", "leave"]) app.post(`/chat/:guid/${what}`, onChat(nothing));
}

const nothing = () => null;

async function readFields({ req }: Context): Promise<Fields> {
  return req.header("content-type") === "application/json" ? req.json() : {};
}

/** Returns a chat as the server writes it. */
export function describeChat({ guid, style, identifier, name, members, line }: MacChatRow): Fields {
  return {
    guid,
    style,
    chatIdentifier: identifier,
    displayName: name,
    lastAddressedHandle: line,
    participants: members.map(handleOf),
  };
}
