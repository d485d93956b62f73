import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { channelId, contactId as contactIdOf, conversationId, deliveryId } from "../../../src/domain/channel-ids.ts";
import { fullPath, type Operation } from "../../../src/http/operation.ts";
import { operations } from "../../../src/http/table.ts";
import { admin, call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";
import { subscribe } from "../../support/workers/story.ts";

/** What another key has, by the variables of paths and by the fields of bodies; or the like of it that nobody has. */
type Names = Record<
  "chatId" | "contactId" | "messageId" | "webhookId" | "eventId" | "number" | "tag" | "campaignId",
  string
>;
/** What is asked for beside the path: a body and a query that name the other's things wherever they can. */
type Asked = { body?: (names: Names) => unknown; query?: (names: Names) => string; form?: true; file?: true };

const message = { body: ({ number }: Names) => ({ text: "mine", from_number: number }) };
const contact = { body: ({ contactId }: Names) => ({ contact: contactId }) };
const contactQuery = { query: ({ contactId }: Names) => `contact=${encodeURIComponent(contactId)}` };
const search = { query: () => "q=Canary" };
const range = { body: () => ({ since: 1, until: 2 }) };
const named = { body: () => ({ name: "mine" }) };
const tagged = { body: () => ({ tags: ["mine"] }) };
const agreed = { body: () => ({ agreed_at: 1, source: "mine" }) };
const form = { form: true } as const;

/** Every call that a key opens, or that names a key in its path: what it asks for of another's. One that is missing fails. */
const ofKeys: Record<string, Asked> = {
  listChatMessages: {},
  sendMessage: message,
  getMessage: {},
  cancelMessage: {},
  getMessageStatus: {},
  addReaction: { body: () => ({ reaction: "+love" }) },
  sendPoll: { body: () => ({ title: "mine", options: ["a", "b"] }) },
  getPollResults: {},
  sendBulk: { body: ({ chatId, number }) => ({ messages: [{ to: chatId, text: "mine", from_number: number }] }) },
  listChats: search,
  getChat: {},
  startTyping: {},
  stopTyping: {},
  markChatRead: {},
  shareContactCard: {},
  getChatBackground: {},
  setChatBackground: form,
  removeChatBackground: {},
  getMe: {},
  listNumbers: {},
  getMyContactCard: {},
  updateMyContactCard: { body: () => ({ first_name: "mine" }) },
  requestCallForwarding: { body: () => ({ forward_to: "+15554300009" }) },
  listWebhooks: {},
  createWebhook: { body: () => ({ webhook_url: "https://mine.example/hook" }) },
  getWebhook: {},
  updateWebhook: { body: () => ({ deprecate: true }) },
  deleteWebhook: {},
  rotateWebhookSecret: {},
  listWebhookLogs: {},
  replayWebhookEvent: {},
  replayWebhookEvents: range,
  listEvents: {},
  listContacts: search,
  getContact: {},
  updateContact: named,
  deleteContact: {},
  getContactCapabilities: {},
  listContactTags: {},
  listContactOptIns: {},
  addContactTags: tagged,
  removeContactTag: {},
  lookupPhoneNumber: { query: ({ contactId }) => `number=${encodeURIComponent(contactId)}` },
  lookupPhoneNumberPost: { body: ({ contactId }) => ({ number: contactId }) },
  batchLookupPhoneNumbers: { body: ({ contactId }) => ({ numbers: [contactId] }) },
  listGroups: search,
  createGroup: { body: ({ contactId }) => ({ name: "mine", members: [contactId] }) },
  getGroup: {},
  updateGroup: named,
  deleteGroup: {},
  listGroupMembers: {},
  addGroupMember: { body: ({ contactId }) => ({ contact_id: contactId }) },
  removeGroupMember: {},
  setGroupIcon: form,
  removeGroupIcon: {},
  listLocationContacts: {},
  getLocationContact: {},
  refreshLocationContacts: {},
  callFaceTime: { body: ({ contactId }) => ({ handle: contactId }) },
  sendV4Message: { body: ({ chatId, number }) => ({ to: chatId, text: "mine", from: number }) },
  sendV4ChannelMessage: { body: ({ chatId }) => ({ to: chatId, text: "mine" }) },
  sendV4ChatMessage: { body: () => ({ text: "mine" }) },
  listV4ChatMessages: {},
  getV4Message: {},
  getV4MessageStatus: {},
  listV4MessageEvents: {},
  getV4Me: {},
  listV4Numbers: {},
  listV4Channels: {},
  getV4Channel: {},
  getV4ChannelCapabilities: {},
  listV4Chats: { query: ({ contactId }) => `contact_id=${contactIdOf(contactId)}` },
  getV4Chat: {},
  listV4Contacts: search,
  getV4Contact: {},
  updateV4Contact: named,
  deleteV4Contact: {},
  listV4ContactTags: {},
  addV4ContactTags: tagged,
  removeV4ContactTag: {},
  listV4Webhooks: {},
  createV4Webhook: { body: () => ({ url: "https://mine.example/v4" }) },
  getV4Webhook: {},
  updateV4Webhook: { body: () => ({ status: "disabled" }) },
  deleteV4Webhook: {},
  rotateV4WebhookSecret: {},
  listV4Deliveries: {},
  listV4Logs: {},
  replayV4Delivery: {},
  replayV4Log: {},
  listV4Events: {
    query: ({ chatId, number }) => `chat_id=${conversationId({ number, person: chatId })}`,
  },
  getV4Event: {},
  lookupV4PhoneNumber: { query: ({ contactId }) => `number=${encodeURIComponent(contactId)}` },
  lookupV4PhoneNumberPost: { body: ({ contactId }) => ({ number: contactId }) },
  batchLookupV4PhoneNumbers: { body: ({ contactId }) => ({ numbers: [contactId] }) },
  listCampaigns: {},
  createCampaign: { body: ({ number }) => ({ name: "mine", text: "mine", from_number: number }) },
  getCampaign: {},
  updateCampaign: named,
  deleteCampaign: {},
  uploadCampaignAudience: { file: true },
  tagCampaignAudience: { body: ({ tag }) => ({ tag }) },
  previewCampaign: {},
  testCampaign: { body: ({ contactId }) => ({ to: contactId }) },
  startCampaign: { body: () => ({}) },
  pauseCampaign: {},
  resumeCampaign: {},
  cancelCampaign: {},
  getCampaignResults: {},
  listKeyCampaigns: {},
  createKeyCampaign: { body: ({ number }) => ({ name: "mine", text: "mine", from_number: number }) },
  getKeyCampaign: {},
  updateKeyCampaign: named,
  deleteKeyCampaign: {},
  uploadKeyCampaignAudience: { file: true },
  tagKeyCampaignAudience: { body: ({ tag }) => ({ tag }) },
  previewKeyCampaign: {},
  testKeyCampaign: { body: ({ contactId }) => ({ to: contactId }) },
  startKeyCampaign: { body: () => ({}) },
  pauseKeyCampaign: {},
  resumeKeyCampaign: {},
  cancelKeyCampaign: {},
  getKeyCampaignResults: {},
  addKeyCampaignRecipients: { body: ({ tag }) => ({ tag }) },
  previewKeyCampaignRows: {},
  getKeyCampaignResultsFile: {},
  getApiKey: {},
  updateApiKey: named,
  rotateApiKey: { body: () => ({ overlap_seconds: 3_600 }) },
  readKeyStats: {},
  getPool: {},
  previewPool: { body: ({ contactId, number }) => ({ to: contactId, from_number: number }) },
  orderPool: { body: ({ number }) => ({ phone_numbers: [number] }) },
  listAssignments: contactQuery,
  setAssignment: { body: ({ contactId, number }) => ({ contact: contactId, phone_number: number }) },
  resetAssignment: contactQuery,
  listOptOuts: contactQuery,
  removeOptOut: contactQuery,
  listKeyContacts: search,
  getKeyContact: {},
  updateKeyContact: named,
  deleteKeyContact: {},
  eraseKeyContact: {},
  addKeyContactTags: tagged,
  listKeyContactOptIns: {},
  removeKeyContactTag: {},
  searchKeyMessages: search,
  sendKeyMessage: { body: ({ chatId, number }) => ({ to: chatId, text: "mine", from_number: number }) },
  readAdminMessage: {},
  cancelKeyMessage: {},
  listKeyChats: search,
  listKeyChatMessages: {},
  sendTestMessage: { body: ({ chatId, number }) => ({ to: chatId, text: "mine", from_number: number }) },
  // Last: they give the key that asks a contact of the same name, and end it.
  addOptOut: contact,
  createContact: { body: ({ contactId }) => ({ identifier: contactId }) },
  createKeyContact: { body: ({ contactId }) => ({ identifier: contactId }) },
  addContactOptIn: agreed,
  addKeyContactOptIn: agreed,
  createV4Contact: { body: ({ contactId }) => ({ identifier: contactId }) },
  revokeApiKey: {},
};

/** The calls that name no key: the admin token opens every organization, and no API key opens them (doors.test.ts). */
const ofTheGateway = [
  ...["createOrganization", "listOrganizations", "getOrganization", "updateOrganization", "createApiKey"],
  "readPerson",
  ...["createTwilioIntegration", "getTwilioIntegration", "updateTwilioIntegration", "deleteTwilioIntegration"],
  ...["testTwilioIntegration", "listAvailableNumbers", "importNumbers", "addSender"],
  ...[
    "createMacIntegration",
    "getMacIntegration",
    "updateMacIntegration",
    "deleteMacIntegration",
    "testMacIntegration",
  ],
  ...["updateManagedNumber", "deleteManagedNumber", "createManagedNumber"],
  ...["createOrganizationWebhook", "getOrganizationWebhook", "updateOrganizationWebhook", "deleteOrganizationWebhook"],
  ...["rotateOrganizationWebhookSecret", "listOrganizationWebhookLogs", "replayOrganizationWebhookEvent"],
  ...["replayOrganizationWebhookEvents", "testOrganizationWebhook", "composeSandboxInbound"],
  ...["listSessions", "endSessions", "getPublicUrl", "putPublicUrl", "repairPublicUrl"],
  ...["resealSecrets", "retireMasterKey", "exportAll", "importAll", "getStatus"],
];
/** The lists of the gateway that can be asked of one organization or one key. */
const narrowed: Record<string, (key: TestKey) => string> = {
  listApiKeys: ({ organizationId }) => `organization_id=${organizationId}`,
  listTwilioIntegrations: ({ organizationId }) => `organization_id=${organizationId}`,
  listIntegrations: ({ organizationId }) => `organization_id=${organizationId}`,
  listMacIntegrations: ({ organizationId }) => `organization_id=${organizationId}`,
  listManagedNumbers: ({ id }) => `api_key_id=${id}`,
  listOrganizationWebhooks: ({ organizationId }) => `organization_id=${organizationId}`,
};
const open = ["getHealth"];

let mine: TestKey;
let theirs: TestKey;
let have: Names;
let before: unknown;
const nobodys: Names = {
  chatId: "+15554400002",
  contactId: "+15554400002",
  messageId: "msg_1m0000000000000000000",
  webhookId: "wh_0000000000000000",
  eventId: "evt_0000000000000000",
  number: "+15005559999",
  tag: "nobody",
  campaignId: "cmp_00000000000000000000",
};

beforeAll(async () => {
  mine = await makeTestKey();
  theirs = await makeTestKey({ numbers: 2 });
  const chatId = "+15554400001";
  await call("/v2/api/contacts", { body: { identifier: chatId, name: "Canary" }, token: theirs.token });
  await call(`/v2/api/contacts/${chatId}/tags`, { body: { tags: ["canary"] }, token: theirs.token });
  const sent = await call(`/v2/api/chats/${chatId}/messages`, {
    body: { text: "Canary", send_at: Date.now() + 86_400_000 },
    token: theirs.token,
  });
  const campaign = await call("/v2/api/campaigns", { body: { name: "Canary", text: "Canary" }, token: theirs.token });
  const { id: webhookId } = await subscribe(theirs, "https://canary.example/hook");
  const number = theirs.numbers[1] ?? "";
  const names = {
    chatId,
    contactId: chatId,
    messageId: String(sent.body.message_id),
    webhookId,
    number,
    tag: "canary",
    campaignId: String(campaign.body.campaign_id),
  };
  have = { ...names, eventId: "evt_1m0000000000000000000" };
  before = await readTheirs();
});

const byId = new Map(operations.map((operation) => [operation.id, operation]));

describe("another key's and another organization's things", () => {
  it("are asked for by every operation: a new one needs an entry here", () => {
    const listed = [...Object.keys(ofKeys), ...ofTheGateway, ...Object.keys(narrowed), ...open];
    expect(listed.toSorted()).toEqual([...byId.keys()].toSorted());
    for (const id of ofTheGateway) {
      const { auth, path } = byId.get(id) as Operation;
      expect([id, auth, path.includes("{apiKeyId}")]).toEqual([id, "admin", false]);
    }
  });

  it.each(Object.keys(ofKeys))("%s: read like things that nobody has", async (id) => {
    const operation = byId.get(id) as Operation;
    const foreign = await ask(operation, have);
    expect(foreign).not.toMatch(/Canary|canary\.example/);
    if (/\{(?!apiKeyId)\w+\}/.test(operation.path)) expect(foreign).toBe(await ask(operation, nobodys));
  });

  it("stay as they were under all of it", async () => {
    expect(await readTheirs()).toEqual(before);
  });

  it.each(Object.entries(narrowed))("%s tells one organization of none of another", async (id, narrow) => {
    const { path } = byId.get(id) as Operation;
    const { status, body } = await admin(`${path}?${narrow(mine)}`);
    expect(status).toBe(200);
    for (const word of [theirs.organizationId, theirs.id, theirs.integrationId, ...theirs.numbers, "canary"]) {
      expect(JSON.stringify(body)).not.toContain(word);
    }
  });
});

/** Asks with my key, or as the admin of my key, and returns status and answer with every name made neutral. */
async function ask(operation: Operation, names: Names): Promise<string> {
  const { body, query, form: asForm, file: asFile } = ofKeys[operation.id] as Asked;
  const values: Record<string, string> = { ...names, apiKeyId: mine.id, groupId: "grp_x", pollId: "poll_x" };
  values.handle = names.contactId;
  Object.assign(values, idsOf(names));
  const path = fullPath(operation).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? name));
  const picture = new FormData();
  picture.set(operation.multipart?.field ?? "file", new File(["png"], "a.png", { type: "image/png" }));
  const answer = await call(query === undefined ? path : `${path}?${query(names)}`, {
    method: operation.method.toUpperCase(),
    token: operation.auth === "admin" ? env.ADMIN_TOKEN : mine.token,
    ...(asForm ? { raw: picture } : {}),
    ...(asFile ? { raw: "phone\n+15554400009\n" } : {}),
    ...(body === undefined ? {} : { body: body(names) }),
  });
  const said = JSON.stringify(answer.body).replace(/"request_id":"[^"]*"/, '"request_id":""');
  const untimed = said.replace(/\b1\d{12}\b/g, "0");
  const neutral = [...Object.values(names), ...Object.values(idsOf(names))].reduce(
    (text, name) => text.replaceAll(name, "…"),
    untimed,
  );
  return `${answer.status} ${neutral}`;
}

/** The same things in the ids of v4, by the variables of its paths. */
function idsOf({ chatId: person, contactId, number, eventId, webhookId }: Names) {
  return {
    chat: conversationId({ number, person }),
    channel: channelId(number),
    contact: contactIdOf(contactId),
    delivery: deliveryId(eventId, webhookId),
  };
}

/** All that the other key has, as it reads it. */
async function readTheirs() {
  const paths = ["/me", "/me/numbers", "/chats", "/contacts", "/webhooks", "/events", "/campaigns"];
  const messages = `/chats/${have.chatId}/messages`;
  const read = [...paths, messages].map(async (path) => (await call(`/v2/api${path}`, { token: theirs.token })).body);
  const pool = (await admin(`/api-keys/${theirs.id}/pool`)).body;
  const { name, status } = (await admin(`/api-keys/${theirs.id}`)).body;
  return [...(await Promise.all(read)), pool, { name, status }];
}
