const chat = ({ to }) => `/chats/${encodeURIComponent(to)}`;
const send = (known, body, headers) => ({ method: "POST", path: `${chat(known)}/messages`, body, headers });
const refused = (what, body, code) => ({
  operation: "sendMessage",
  what: `refuses ${what}`,
  request: (known) => send(known, body),
  status: [400, 403],
  expect: (answer) =>
    code === undefined || answer.body.code === code ? null : `the code is ${answer.body.code}, not ${code}`,
});

const sending = [
  {
    operation: "sendMessage",
    what: "accepts a text",
    request: (known) =>
      send(known, { text: `${known.mark} one`, metadata: { run: known.mark } }, { "Idempotency-Key": known.mark }),
    status: [202],
    expect: ({ body }, known) => {
      known.messageId = body.message_id;
      if (typeof body.message_id !== "string" || body.status !== "queued") return "message_id or status is missing";
      return known.numbers.includes(body.from_number) ? null : "from_number is not one of the key's numbers";
    },
  },
  {
    operation: "sendMessage",
    what: "replays the same Idempotency-Key with 200",
    request: (known) =>
      send(known, { text: `${known.mark} one`, metadata: { run: known.mark } }, { "Idempotency-Key": known.mark }),
    status: [200],
    expect: ({ body }, known) => (body.message_id === known.messageId ? null : "another message was made"),
  },
  {
    operation: "sendMessage",
    what: "accepts a raw plus in the path",
    request: ({ to, mark }) => ({ method: "POST", path: `/chats/${to}/messages`, body: { text: `${mark} raw` } }),
    status: [202],
  },
  {
    operation: "sendMessage",
    what: "makes one message of each text of a list",
    request: (known) => send(known, { text: [`${known.mark} two`, `${known.mark} three`] }),
    status: [202],
    expect: ({ body }) =>
      body.message_ids?.length === 2 && body.message_id === body.message_ids[0] ? null : "two ids were due",
  },
  {
    operation: "sendMessage",
    what: "takes from_number, fromNumber and X-From-Number",
    request: (known) =>
      send(known, { text: `${known.mark} four`, from_number: known.numbers[0] }, { "X-From-Number": known.numbers[0] }),
    status: [202],
    expect: ({ body }, known) => (body.from_number === known.numbers[0] ? null : "it left from another number"),
  },
  refused("a number that is not the key's", { text: "a", from_number: "+15550009999" }),
  refused("a request without content", {}),
  refused("reply_to on a Twilio key", { text: "a", reply_to: { message_id: "x" } }, "reply_target_not_supported"),
  {
    operation: "sendMessage",
    what: "refuses a chat id that is no address",
    request: () => ({ method: "POST", path: "/chats/nobody/messages", body: { text: "a" } }),
    status: [400],
  },
];

const reading = [
  {
    operation: "getMessage",
    what: "reads it back",
    request: (known) => ({ method: "GET", path: `${chat(known)}/messages/${known.messageId}` }),
    status: [200],
    expect: ({ body }, { to, mark }) =>
      body.chat_id === to && body.text === `${mark} one` ? null : "chat_id or text differ",
  },
  {
    operation: "getMessage",
    what: "is 404 for an unknown id",
    request: (known) => ({ method: "GET", path: `${chat(known)}/messages/msg_unknown` }),
    status: [404],
  },
  {
    operation: "getMessageStatus",
    what: "tells how far it is, also to a JSON content type without a body",
    request: (known) => ({
      method: "GET",
      path: `${chat(known)}/messages/${known.messageId}/status`,
      headers: { "Content-Type": "application/json" },
    }),
    status: [200],
    expect: ({ body }, known) => (body.message_id === known.messageId ? null : "it is another message"),
  },
  {
    operation: "listChatMessages",
    what: "cuts pages and counts",
    request: (known) => ({
      method: "GET",
      path: `${chat(known)}/messages?limit=1&offset=1&direction=outbound&sort=asc`,
    }),
    status: [200],
    expect: ({ body: { messages, pagination } }) =>
      messages.length === 1 && pagination.limit === 1 && pagination.offset === 1 && pagination.total >= 5
        ? null
        : `pagination is ${JSON.stringify(pagination)}`,
  },
  {
    operation: "listChatMessages",
    what: "lists nothing before the beginning of time",
    request: (known) => ({ method: "GET", path: `${chat(known)}/messages?until=1` }),
    status: [200],
    expect: ({ body }) => (body.messages.length === 0 && body.pagination.total === 0 ? null : "until is not obeyed"),
  },
  {
    operation: "listChats",
    what: "finds the chat",
    request: ({ to }) => ({ method: "GET", path: `/chats?q=${encodeURIComponent(to)}&sort=recent` }),
    status: [200],
    expect: ({ body }, { to }) => (body.chats.some(({ id }) => id === to) ? null : "the chat is not listed"),
  },
  {
    operation: "getChat",
    what: "reads the chat",
    request: (known) => ({ method: "GET", path: chat(known) }),
    status: [200],
    expect: ({ body }, { to }) => (body.id === to && body.outbound_count >= 5 ? null : "id or counts differ"),
  },
  {
    operation: "getChat",
    what: "is 404 for an unknown chat",
    request: () => ({ method: "GET", path: "/chats/+15005559999" }),
    status: [404],
  },
];

const receipts = [
  ["startTyping", "POST", "typing"],
  ["stopTyping", "DELETE", "typing"],
  ["markChatRead", "POST", "read"],
].map(([operation, method, path]) => ({
  operation,
  what: "answers 200, also to a JSON content type without a body",
  request: (known) => ({ method, path: `${chat(known)}/${path}`, headers: { "Content-Type": "application/json" } }),
  status: [200],
  expect: ({ body }, { to }) => (body.chat_id === to ? null : "chat_id differs"),
}));

/** Sending, reading and receipts. */
export const messageChecks = [...sending, ...reading, ...receipts];
