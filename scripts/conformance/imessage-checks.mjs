const chat = ({ to }) => `/chats/${encodeURIComponent(to)}`;

function picture(field) {
  const form = new FormData();
  form.set(field, new Blob([new Uint8Array([0x89, 0x50, 0x4e, 0x47])], { type: "image/png" }), "picture.png");
  return form;
}

/** Calls that need an iMessage line: on a Twilio key they are refused as the contract's errors are, and never by the router. */
const refused = [
  ["addReaction", "POST", (known) => `${chat(known)}/messages/${known.messageId}/reactions`, { reaction: "+love" }],
  ["sendPoll", "POST", (known) => `${chat(known)}/polls`, { title: "Tea?", options: ["yes", "no"] }],
  ["getPollResults", "GET", (known) => `${chat(known)}/polls/poll_1`],
  ["shareContactCard", "POST", (known) => `${chat(known)}/contact-card`],
  ["getChatBackground", "GET", (known) => `${chat(known)}/background`],
  ["removeChatBackground", "DELETE", (known) => `${chat(known)}/background`],
  ["createGroup", "POST", () => "/groups", { name: "Friends" }],
  ["getGroup", "GET", () => "/groups/grp_unknown"],
  ["updateGroup", "PATCH", () => "/groups/grp_unknown", { name: "Friends" }],
  ["deleteGroup", "DELETE", () => "/groups/grp_unknown"],
  ["listGroupMembers", "GET", () => "/groups/grp_unknown/members"],
  ["addGroupMember", "POST", () => "/groups/grp_unknown/members", { contact_id: "+15005558888" }],
  ["removeGroupMember", "DELETE", () => "/groups/grp_unknown/members/%2B15005558888"],
  ["removeGroupIcon", "DELETE", () => "/groups/grp_unknown/icon"],
  ["getMyContactCard", "GET", (known) => `/me/numbers/${encodeURIComponent(known.numbers[0])}/contact-card`],
  [
    "updateMyContactCard",
    "PUT",
    (known) => `/me/numbers/${encodeURIComponent(known.numbers[0])}/contact-card`,
    { first_name: "Ada" },
  ],
  [
    "requestCallForwarding",
    "POST",
    (known) => `/me/numbers/${encodeURIComponent(known.numbers[0])}/call-forwarding`,
    { forward_to: "+15005558888" },
  ],
  ["listLocationContacts", "GET", () => "/location/contacts"],
  ["getLocationContact", "GET", () => "/location/contacts/%2B15005558888"],
  ["refreshLocationContacts", "POST", () => "/location/contacts/refresh"],
  ["callFaceTime", "POST", () => "/facetime/calls", { handle: "+15005558888" }],
].map(([operation, method, path, body]) => ({
  operation,
  what: "is refused in the contract's envelope",
  request: (known) => ({ method, path: path(known), body }),
  status: [400, 403, 404, 501],
  expect: ({ status, body }) => (status !== 404 || body.code !== "not_found" ? null : "the router does not know it"),
}));

const pictures = [
  ["setGroupIcon", "POST", () => "/groups/grp_unknown/icon", "icon"],
  ["setChatBackground", "PUT", (known) => `${chat(known)}/background`, "background"],
].map(([operation, method, path, field]) => ({
  operation,
  what: "takes a picture, and refuses it in the envelope",
  request: (known) => ({ method, path: path(known), form: picture(field) }),
  status: [400, 403, 404, 501],
}));

const validated = [
  ["addReaction", (known) => `${chat(known)}/messages/${known.messageId}/reactions`, { reaction: "love" }],
  ["sendPoll", (known) => `${chat(known)}/polls`, { options: ["alone"] }],
].map(([operation, path, body]) => ({
  operation,
  what: "looks at its body first",
  request: (known) => ({ method: "POST", path: path(known), body }),
  status: [400],
}));

const groups = {
  operation: "listGroups",
  what: "is an empty page",
  request: () => ({ method: "GET", path: "/groups?limit=10" }),
  status: [200],
  expect: ({ body }) => (body.pagination.limit === 10 && Array.isArray(body.groups) ? null : "it is no page"),
};

/** What only an iMessage line can do. */
export const onlyIMessageChecks = [...refused, ...pictures, ...validated, groups];
