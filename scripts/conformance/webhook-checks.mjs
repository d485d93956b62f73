const url = ({ mark }) => `https://example.com/${mark}`;
const hook = ({ webhookId }) => `/webhooks/${webhookId}`;

/** The webhook resource, from its making to its end. */
export const webhookChecks = [
  {
    operation: "createWebhook",
    what: "makes one, with its secret",
    request: (known) => ({
      method: "POST",
      path: "/webhooks",
      body: { webhook_url: url(known), webhook_type: "status" },
    }),
    status: [201],
    expect: ({ body }, known) => {
      known.webhookId = body.webhook_id;
      return /^whsec_/.test(body.signing_secret) ? null : "the secret is missing";
    },
  },
  {
    operation: "createWebhook",
    what: "answers 200 without a secret to the same URL",
    request: (known) => ({ method: "POST", path: "/webhooks", body: { webhook_url: url(known) } }),
    status: [200],
    expect: ({ body }, known) =>
      body.webhook_id === known.webhookId && body.signing_secret === undefined
        ? null
        : "it is another, or tells the secret",
  },
  {
    operation: "createWebhook",
    what: "refuses what is no URL",
    request: () => ({ method: "POST", path: "/webhooks", body: { webhook_url: "nowhere" } }),
    status: [400],
  },
  {
    operation: "listWebhooks",
    what: "lists it",
    request: () => ({ method: "GET", path: "/webhooks" }),
    status: [200],
    expect: ({ body }, known) =>
      body.webhooks.some(({ webhook_id }) => webhook_id === known.webhookId) ? null : "it is not listed",
  },
  {
    operation: "getWebhook",
    what: "reads it",
    request: (known) => ({ method: "GET", path: hook(known) }),
    status: [200],
    expect: ({ body }) =>
      body.webhook_type === "status" && body.valid_until === -1 ? null : "type or valid_until differ",
  },
  {
    operation: "updateWebhook",
    what: "changes its type and pauses it",
    request: (known) => ({ method: "PATCH", path: hook(known), body: { webhook_type: "all", deprecate: true } }),
    status: [200],
    expect: ({ body }) => (body.webhook_type === "all" && body.is_active === false ? null : "type or is_active differ"),
  },
  {
    operation: "updateWebhook",
    what: "lets it go on, for a while",
    request: (known) => ({
      method: "PATCH",
      path: hook(known),
      body: { deprecate: false, valid_until: Date.now() + 60_000 },
    }),
    status: [200],
    expect: ({ body }) => (body.is_active === true && body.valid_until > 0 ? null : "is_active or valid_until differ"),
  },
  {
    operation: "rotateWebhookSecret",
    what: "gives a new secret",
    request: (known) => ({ method: "POST", path: `${hook(known)}/secret/rotate` }),
    status: [200],
    expect: ({ body }) =>
      /^whsec_/.test(body.signing_secret) && body.rotation_count === 1 ? null : "secret or count are missing",
  },
  {
    operation: "listWebhookLogs",
    what: "has a log with counts of its own",
    request: (known) => ({ method: "GET", path: `${hook(known)}/logs?limit=5&sort=asc&min_status=200&max_status=599` }),
    status: [200],
    expect: ({ body: { logs, pagination } }) => (pagination.returned === logs.length ? null : "returned is wrong"),
  },
  {
    operation: "replayWebhookEvent",
    what: "is 404 for an unknown event",
    request: (known) => ({ method: "POST", path: `${hook(known)}/logs/evt_unknown/replay` }),
    status: [404],
  },
  {
    operation: "deleteWebhook",
    what: "deletes it",
    request: (known) => ({ method: "DELETE", path: hook(known) }),
    status: [200],
  },
  {
    operation: "getWebhook",
    what: "is 404 afterwards",
    request: (known) => ({ method: "GET", path: hook(known) }),
    status: [404],
  },
];
