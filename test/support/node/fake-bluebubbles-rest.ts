import * as chats from "./fake-bluebubbles-chats.ts";
import type { FakeMac } from "./fake-bluebubbles-mac.ts";
import * as messages from "./fake-bluebubbles-messages.ts";
import {
  type Form,
  type MacReply,
  type MacRequest,
  type MaybeReply,
  ok,
  type Route,
  refuse,
} from "./fake-bluebubbles-words.ts";

const routes: Readonly<Record<string, Route>> = {
  "GET ping": () => ok("pong"),
  "GET server/info": chats.serverInfo,
  "GET icloud/account": chats.account,
  "GET icloud/contact": chats.contactCard,
  "GET icloud/findmy/friends": chats.friends,
  "POST icloud/findmy/friends/refresh": chats.friends,
  "POST facetime/session": chats.faceTime,
  "GET handle/availability/*": chats.availability,
  "POST chat/new": messages.beginChat,
  "GET chat/*": chats.readChat,
  "GET chat/*/icon": chats.readIcon,
  "PUT chat/*": chats.rename,
  "POST chat/*/read": chats.fireAndForget("read"),
  "POST chat/*/typing": chats.fireAndForget("typing"),
  "DELETE chat/*/typing": chats.stopTyping,
  "POST chat/*/share/contact": chats.fireAndForget("share_contact"),
  "POST chat/*/leave": chats.fireAndForget("leave"),
  "POST chat/*/participant/add": chats.addMember,
  "POST chat/*/participant/remove": chats.removeMember,
  "POST chat/*/icon": chats.setIcon,
  "DELETE chat/*/icon": chats.removeIcon,
  "POST message/text": messages.sendText,
  "POST message/attachment": messages.sendAttachment,
  "POST message/multipart": messages.sendParts,
  "POST message/react": messages.react,
  "POST message/query": messages.query,
  "GET message/*": messages.readMessage,
  "POST message/*/edit": messages.edit,
  "POST message/*/unsend": messages.unsend,
  "POST attachment/upload": messages.upload,
  "GET attachment/*/download": messages.download,
  "GET webhook": ({ mac }) => ok(mac.hooks),
  "POST webhook": chats.addHook,
  "DELETE webhook/*": chats.removeHook,
};

/** Answers one request as BlueBubbles Server would, or as a planned fault says; null when the connection is left without an answer. */
export async function answerMac(mac: FakeMac, request: MacRequest, breakConnection: () => void): Promise<MaybeReply> {
  if (mac.tunnel === "reset") {
    breakConnection();
    return null;
  }
  if (mac.tunnel !== "open") return { ...mac.tunnel, headers: { "content-type": "text/html" } };
  const { method, path } = request;
  if (method === "GET" && path === "/")
    return { status: 200, body: "<html>BlueBubbles Server</html>", headers: { "content-type": "text/html" } };
  const refused = authenticate(mac, request);
  if (refused !== null) return refused;
  const found = findRoute(method, path);
  if (found === null) {
    mac.violate(`${method} ${path}: the server has no such route`);
    return { status: 404, body: "Not Found", headers: { "content-type": "text/plain" } };
  }
  const json = readJson(request);
  if (json === null) return refuse(400, "Unexpected end of JSON input");
  const form = () => readForm(request);
  return found.route({ mac, args: found.args, query: request.query, json, form, breakConnection });
}

/** The password comes in the query, under the first of three names. */
function authenticate(mac: FakeMac, { query, path, headers }: MacRequest): MacReply | null {
  const hint = "You are not authorized to access this resource";
  const given = query.get("guid") ?? query.get("password") ?? query.get("token");
  if (headers.authorization !== undefined)
    mac.violate(`${path}: an authorization header, which the server does not know`);
  if (!given) return refuse(401, "Missing server password!", hint, "Authentication Error");
  if (given.trim() === mac.options.password.trim()) return null;
  return refuse(401, "Unauthorized", hint, "Authentication Error");
}

function findRoute(method: string, path: string): { route: Route; args: string[] } | null {
  const parts = /^\/api\/v1\/(.+)$/.exec(path)?.[1]?.split("/") ?? [];
  const exact = routes[`${method} ${parts.join("/")}`];
  if (exact !== undefined) return { route: exact, args: [] };
  for (const [name, route] of Object.entries(routes)) {
    const [verb, pattern = ""] = name.split(" ");
    const wanted = pattern.split("/");
    const fits = wanted.every((part, index) => part === "*" || part === parts[index]);
    if (verb !== method || wanted.length !== parts.length || !fits) continue;
    const args = parts.filter((_, index) => wanted[index] === "*").map(decodeURIComponent);
    return { route, args };
  }
  return null;
}

function readJson({ method, headers, body }: MacRequest): Record<string, unknown> | null {
  if (method === "GET" || body.byteLength === 0 || !String(headers["content-type"]).includes("json")) return {};
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
  } catch {
    return null;
  }
}

async function readForm({ headers, body }: MacRequest): Promise<Form | null> {
  const type = String(headers["content-type"]);
  const read = await new Response(body as BodyInit, { headers: { "content-type": type } }).formData().catch(() => null);
  if (read === null) return null;
  const form: Form = { fields: {}, files: {} };
  for (const [name, value] of read.entries()) {
    if (typeof value === "string") form.fields[name] = value;
    else form.files[name] = messages.makeFile(value.name, value.type, new Uint8Array(await value.arrayBuffer()));
  }
  return form;
}
