import { call, clientOf } from "../../../test/support/node/client.ts";
import { insist } from "../setting.mjs";

/** Makes an organization with a test key, whose sandbox takes what it sends, and a number; `name` is theirs. */
export async function makeTenant(rig, name) {
  const admin = (method, path, body) => call(rig, rig.adminToken, method, `/admin/api${path}`, body);
  const ask = async (method, path, body) => (await insist(() => admin(method, path, body), [200, 201])).body;
  const { organization_id } = await ask("POST", "/organizations", { name, country_code: "US" });
  const made = await ask("POST", "/api-keys", { name, organization_id, mode: "test" });
  const { integrations } = await ask("GET", `/integrations/twilio?organization_id=${organization_id}`);
  const { integration_id } = integrations.find(({ sandbox }) => sandbox);
  const { numbers } = await ask("GET", `/integrations/twilio/${integration_id}/available-numbers`);
  const [{ phone_number: number }] = numbers;
  await ask("POST", `/integrations/twilio/${integration_id}/import`, { phone_numbers: [number] });
  await ask("PATCH", `/numbers/${encodeURIComponent(number)}`, { api_key_id: made.api_key_id });
  return { name, id: made.api_key_id, key: made.key, number, client: clientOf(rig, made.key), admin };
}

/** Gives a tenant a webhook on the rig's receiver. */
export async function subscribe(rig, tenant, path, events) {
  await insist(() => tenant.client("POST", "/webhooks", { webhook_url: rig.sink.url + path, events }), [200, 201]);
}

/** The value below which so large a share of the sorted values lies. */
export function percentile(values, share) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
