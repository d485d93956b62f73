import { type Page, page } from "./fetch-page.ts";
import type { IconName } from "./parts/icon.tsx";

/** A page by its path; with `nav` it stands in the navigation, in the order of this table. Every page is a file that is fetched when it is first opened. */
export type Screen = {
  path: string;
  page: Page;
  nav?: { label: string; icon: IconName };
};

// biome-ignore format: a screen a line
export const screens: readonly Screen[] = [
  { path: "/", page: page(() => import("./pages/overview.tsx"), "Overview"), nav: { label: "Overview", icon: "home" } },
  { path: "/inbox", page: page(() => import("./pages/inbox.tsx"), "Inbox"), nav: { label: "Inbox", icon: "inbox" } },
  { path: "/inbox/$apiKeyId", page: page(() => import("./pages/inbox.tsx"), "Inbox") },
  { path: "/messages", page: page(() => import("./pages/messages.tsx"), "Messages"), nav: { label: "Messages", icon: "list" } },
  { path: "/messages/$apiKeyId/$messageId", page: page(() => import("./pages/one-message.tsx"), "OneMessage") },
  { path: "/numbers", page: page(() => import("./pages/numbers.tsx"), "Numbers"), nav: { label: "Numbers", icon: "phone" } },
  { path: "/keys", page: page(() => import("./pages/keys.tsx"), "Keys"), nav: { label: "API Keys", icon: "key" } },
  { path: "/keys/$apiKeyId", page: page(() => import("./pages/one-key.tsx"), "OneKey") },
  { path: "/keys/$apiKeyId/people", page: page(() => import("./pages/contacts.tsx"), "Contacts") },
  { path: "/keys/$apiKeyId/people/sticky", page: page(() => import("./pages/sticky.tsx"), "Sticky") },
  { path: "/keys/$apiKeyId/people/opt-outs", page: page(() => import("./pages/opt-outs.tsx"), "OptOuts") },
  { path: "/keys/$apiKeyId/campaigns", page: page(() => import("./pages/campaigns.tsx"), "Campaigns") },
  { path: "/keys/$apiKeyId/campaigns/$campaignId", page: page(() => import("./pages/one-campaign.tsx"), "OneCampaign") },
  { path: "/integrations", page: page(() => import("./pages/integrations.tsx"), "Integrations"), nav: { label: "Integrations", icon: "plug" } },
  { path: "/integrations/new", page: page(() => import("./pages/new-integration.tsx"), "NewIntegration") },
  { path: "/integrations/new-mac", page: page(() => import("./pages/new-mac.tsx"), "NewMac") },
  { path: "/integrations/$integrationId", page: page(() => import("./pages/one-integration.tsx"), "OneIntegration") },
  { path: "/webhooks", page: page(() => import("./pages/webhooks.tsx"), "Webhooks"), nav: { label: "Webhooks", icon: "webhook" } },
  { path: "/webhooks/$webhookId", page: page(() => import("./pages/one-webhook.tsx"), "OneWebhook") },
  { path: "/settings", page: page(() => import("./pages/settings.tsx"), "Settings"), nav: { label: "Settings", icon: "settings" } },
  { path: "/doctor", page: page(() => import("./pages/doctor.tsx"), "Doctor"), nav: { label: "Doctor", icon: "doctor" } },
];
