import type { AdminAnswer, TrunklineAdmin } from "../../src/sdk/admin.ts";

export type ApiKey = AdminAnswer<"getApiKey">;
const pageSize = 200;

/** Yields every API key of the gateway, or of one organization, page after page. */
export async function* eachKey(admin: TrunklineAdmin, organization?: string): AsyncGenerator<ApiKey> {
  const of = organization === undefined ? {} : { organization_id: organization };
  for (let offset = 0; ; offset += pageSize) {
    const { api_keys, pagination } = await admin.call("listApiKeys", { query: { limit: pageSize, offset, ...of } });
    yield* api_keys;
    if (api_keys.length === 0 || offset + api_keys.length >= pagination.total) return;
  }
}
