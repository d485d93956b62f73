import type { WebhookRow } from "../../directory/webhooks.ts";
import type { DeliveryLog, ListLogs, ReplayedRange, ReplayQuery, WebhookState } from "../../domain/calls/telling.ts";
import type { Webhook } from "../../domain/snapshot.ts";
import { whyInactive } from "../../domain/webhook-words.ts";
import type { AttemptEnd } from "../../flows/webhooks/attempt.ts";
import type { WebhookChange, WebhookInput } from "../../flows/webhooks/manage.ts";
import type { Replayed } from "../../flows/webhooks/replay.ts";
import type { Tried } from "../../flows/webhooks/try-webhook.ts";

type Creation = {
  webhook_url: string;
  webhook_type: Webhook["type"];
  valid_until: number;
  events?: string[] | null | undefined;
  numbers?: string[] | null | undefined;
  format?: Webhook["format"] | undefined;
  event_name?: string | undefined;
};

/** Returns what a body asks of a new webhook. */
export function toWebhookInput(body: Creation): WebhookInput {
  return {
    url: body.webhook_url,
    type: body.webhook_type,
    validUntil: body.valid_until,
    events: body.events ?? null,
    numbers: body.numbers ?? null,
    format: body.format ?? "blooio",
    eventName: body.event_name ?? "campaign",
  };
}

type Change = {
  webhook_type?: Webhook["type"] | undefined;
  valid_until?: number | null | undefined;
  deprecate?: boolean | undefined;
  events?: string[] | null | undefined;
  numbers?: string[] | null | undefined;
  format?: Webhook["format"] | undefined;
  event_name?: string | undefined;
};

/** Returns what a body changes of a webhook; what it does not name stays. */
export function toWebhookChange(body: Change): WebhookChange {
  return {
    ...(body.webhook_type === undefined ? {} : { type: body.webhook_type }),
    ...(body.valid_until === undefined ? {} : { validUntil: body.valid_until ?? -1 }),
    ...(body.deprecate === undefined ? {} : { deprecate: body.deprecate }),
    ...(body.events === undefined ? {} : { events: body.events }),
    ...(body.numbers === undefined ? {} : { numbers: body.numbers }),
    ...(body.format === undefined ? {} : { format: body.format }),
    ...(body.event_name === undefined ? {} : { eventName: body.event_name }),
  };
}

type Shown = Pick<
  WebhookRow,
  | "id"
  | "url"
  | "type"
  | "createdAt"
  | "deprecatedAt"
  | "disabledAt"
  | "validUntil"
  | "events"
  | "numbers"
  | "format"
  | "eventName"
> & { disabledBecause?: string | null };
type Owner = { scope: Webhook["scope"]; organizationId: string; apiKeyId: string | null; apiKeyName: string | null };

/** Returns a webhook as it is shown at `now` (epoch milliseconds): never its secret. */
export function toWebhook(webhook: Shown, owner: Owner, state: Omit<WebhookState, "webhookId"> | null, now: number) {
  const inactiveBecause = whyInactive(webhook, now);
  return {
    webhook_id: webhook.id,
    webhook_url: webhook.url,
    webhook_type: webhook.type,
    scope: owner.scope,
    api_key_name: owner.apiKeyName,
    integration_name: null,
    created_at: webhook.createdAt,
    deprecated_at: webhook.deprecatedAt,
    valid_until: webhook.validUntil,
    last_triggered: state?.lastTriggeredAt ?? null,
    failure_count: state?.failureCount ?? 0,
    is_active: inactiveBecause === null,
    disabled_at: webhook.disabledAt,
    disabled_because: webhook.disabledBecause ?? null,
    last_status: state?.lastStatus ?? null,
    last_error: state?.lastError ?? null,
    failing_since: state?.failingSince ?? null,
    owed: state?.owed ?? 0,
    next_attempt_at: state?.nextAt ?? null,
    circuit_open_until: state?.probeAt ?? null,
    inactive_because: inactiveBecause,
    organization_id: owner.organizationId,
    api_key_id: owner.apiKeyId,
    events: webhook.events,
    numbers: webhook.numbers,
    format: webhook.format,
    event_name: webhook.eventName,
  };
}

/** Returns a new webhook with its secret. */
export function toWebhookCreated(webhook: WebhookRow, secret: string) {
  return {
    webhook_id: webhook.id,
    webhook_url: webhook.url,
    webhook_type: webhook.type,
    scope: webhook.apiKeyId === null ? ("organization" as const) : ("api_key" as const),
    created_at: webhook.createdAt,
    signing_secret: secret,
    valid_until: webhook.validUntil,
  };
}

/** Returns the webhook that a URL has already. */
export function toWebhookExisting(webhook: WebhookRow) {
  return {
    webhook_id: webhook.id,
    webhook_url: webhook.url,
    scope: webhook.apiKeyId === null ? ("organization" as const) : ("api_key" as const),
    message: "A webhook with this URL exists already.",
  };
}

type LogsQuery = {
  limit: number;
  offset: number;
  sort: "asc" | "desc";
  status?: number | undefined;
  min_status?: number | undefined;
  max_status?: number | undefined;
  failed?: boolean | undefined;
};

/** Returns what a query asks of a webhook's attempts. */
export function toListLogs(webhookId: string, query: LogsQuery): ListLogs {
  return {
    webhookId,
    limit: query.limit,
    offset: query.offset,
    sort: query.sort,
    status: query.status ?? null,
    minStatus: query.min_status ?? null,
    maxStatus: query.max_status ?? null,
    failed: query.failed ?? null,
  };
}

/** Returns one page of attempts as the logs show it; their pagination is the contract's own. */
export function toWebhookLogsPage(
  page: { logs: DeliveryLog[]; total: number },
  { limit, offset }: LogsQuery,
  owner: { scope: "api" | "org"; organizationId: string },
) {
  const logs = page.logs.map((log) => toWebhookLog(log, owner.scope, owner.organizationId));
  const { total } = page;
  const returned = logs.length;
  return { logs, pagination: { total, limit, offset, returned, has_more: offset + returned < total } };
}

function toWebhookLog(log: DeliveryLog, scope: "api" | "org", organizationId: string) {
  const body = JSON.parse(log.body) as Record<string, unknown>;
  return {
    event_id: log.eventId,
    scope,
    attempted_time: log.attemptedAt,
    response_received_at: log.status === null ? null : log.attemptedAt + log.durationMs,
    webhook_url: log.url,
    event_body: body,
    response_status: log.status,
    response_json: parseObject(log.response),
    metadata: {
      organization_id: organizationId,
      event_name: log.eventName,
      chat_id: chatOf(body),
      ...(log.messageId === null ? {} : { message_id: log.messageId }),
      is_replay: log.originalEventId !== null,
      ...(log.originalEventId === null ? {} : { original_event_id: log.originalEventId }),
      duration_ms: log.durationMs,
    },
    attempt: log.attempt,
    response_text: log.response,
    error: log.error ?? wordsOf(log.status),
  };
}

/** A campaign's event names the person too, but as a phone number without its channel; ours names the chat. */
function chatOf(body: Record<string, unknown>): string | null {
  return typeof body.external_id === "string" ? body.external_id : null;
}

function wordsOf(status: number | null): string | null {
  if (status === null) return "The receiver gave no answer.";
  return status >= 200 && status < 300 ? null : `The receiver answered ${status}: only 2xx counts as received.`;
}

/** Returns how a replay went, as the contract has it: `success` is the receiver's 2xx. */
export function toWebhookReplay(webhookId: string, replayed: Replayed) {
  const { replayEventId, originalEventId, webhookUrl, end } = replayed;
  const events = { replay_event_id: replayEventId, original_event_id: originalEventId };
  return { ...toAttemptAnswer(end), ...events, webhook_id: webhookId, webhook_url: webhookUrl };
}

/** Returns how a test event went, in the same shape. */
export function toWebhookTest(webhook: Pick<WebhookRow, "id" | "url">, { eventId, end }: Tried) {
  return { ...toAttemptAnswer(end), event_id: eventId, webhook_id: webhook.id, webhook_url: webhook.url };
}

function toAttemptAnswer(end: AttemptEnd) {
  return {
    success: end.status !== null && end.status >= 200 && end.status < 300,
    response_status: end.status,
    duration_ms: end.durationMs,
    response_data: {
      body: parseObject(end.response) ?? end.response,
      headers: Object.fromEntries(end.headers ?? []),
      size: end.size,
      contentType: end.headers?.get("Content-Type") ?? "",
      duration: end.durationMs,
      error: end.error,
      errorType: end.error === null ? null : end.status === null ? "no_answer" : "bad_answer",
    },
  };
}

/** Returns what a replay of many events came to, and which time it covers. */
export function toWebhookReplayRange(query: ReplayQuery, replayed: ReplayedRange, now: number) {
  const from = replayed.coversFrom ?? query.since;
  const notes: string[] = [];
  if (from > query.since) {
    notes.push(
      `The webhook was created at ${new Date(from).toISOString()}: older events are left out. Ask with include_before_creation to get them.`,
    );
  }
  if (replayed.isOwed === true) {
    notes.push(
      "What it is still owed comes by itself and is left out: only_failed: false sends that now, as new events.",
    );
  }
  return {
    webhook_id: query.webhookId,
    replayed: replayed.replayed,
    next_since: replayed.nextSince,
    covers: { from, until: query.until ?? now },
    note: notes.length === 0 ? null : notes.join(" "),
  };
}

/** Returns which events a body asks to deliver again. */
export function toReplayQuery(
  webhookId: string,
  body: { since: number; until?: number | null | undefined; only_failed: boolean; include_before_creation: boolean },
): ReplayQuery {
  return {
    webhookId,
    since: body.since,
    until: body.until ?? null,
    onlyFailed: body.only_failed,
    includeBeforeCreation: body.include_before_creation,
  };
}

function parseObject(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
