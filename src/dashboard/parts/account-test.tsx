import { useTestIntegration } from "../queries/integrations.ts";
import { ConnectionTest } from "./connection-test.tsx";

const words = {
  whom: "Twilio",
  works: "It can send.",
  head: "Capability",
  checks: {
    credentials: "Credentials",
    numbers: "Reading numbers",
    messages: "Reading messages",
    webhook_signature: "Verifying webhooks",
    webhook_urls: "Webhooks of the imported numbers",
  },
};

/** Tries what an account can do and says it capability by capability. */
export function AccountTest({ integrationId }: { integrationId: string }) {
  return <ConnectionTest words={words} test={useTestIntegration(integrationId)} />;
}
