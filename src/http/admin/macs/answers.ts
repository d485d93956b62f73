import type * as z from "zod";
import type { AccountRow } from "../../../directory/accounts.ts";
import { warningsOf } from "../../../flows/macs/test-mac.ts";
import type { MacIntegration } from "./contract.ts";

/** Returns a Mac as its operator sees it: never its password, and what a person should know of it in words. */
export function toMac(row: AccountRow): z.output<typeof MacIntegration> {
  const { mac } = row;
  return {
    integration_id: row.id,
    organization_id: row.organizationId,
    name: row.name,
    url: row.url ?? "",
    sandbox: row.sandbox,
    status: row.status === "unhealthy" || mac?.offline != null ? "unhealthy" : "connected",
    server_version: mac?.serverVersion ?? null,
    macos_version: mac?.macosVersion ?? null,
    private_api: mac?.privateApi ?? false,
    helper_connected: mac?.helperConnected ?? false,
    proxy: mac?.proxy ?? null,
    aliases: mac?.aliases ?? [],
    active_alias: mac?.activeAlias ?? null,
    capabilities: { ...mac?.capabilities },
    last_seen: mac?.checkedAt ?? null,
    warnings: warningsOf(row),
    created_at: row.createdAt,
  };
}
