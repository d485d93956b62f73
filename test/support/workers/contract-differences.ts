/** Where our answers may differ from `test/fixtures/blooio-v2.openapi.json`; every entry has its reason in docs/decisions/contract-differences.md. */

/** Statuses that the contract does not list for every call ("Statuses"). */
export const allowedStatuses: readonly number[] = [400, 403, 404, 409, 413, 415, 422, 429, 500, 503];

/** Values that the contract's enums do not have ("Values"). */
export const allowedValues: readonly { at: RegExp; keyword: string }[] = [
  { at: /\/protocol$/, keyword: "enum" },
  { at: /\/event_body\/status$/, keyword: "enum" },
  { at: /\/event_body\/(?:message_id|external_id|status|protocol)$/, keyword: "type" },
];
