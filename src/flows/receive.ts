import { type InboundReport, readInbound } from "../carriers/twilio/callback.ts";
import type { AccountRow } from "../directory/accounts.ts";
import { findInboundRoute, type NumberRow } from "../directory/numbers.ts";
import { keepUnclaimed } from "../directory/unclaimed.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import type { Attachment } from "../domain/message.ts";
import type { InboundMessage } from "../domain/pool-calls.ts";
import { verifyTwilioSignature } from "../domain/twilio-signature.ts";
import { askPool } from "./ask-pool.ts";
import type { Deps } from "./deps.ts";
import { inboundSecretHolds } from "./inbound-url.ts";
import { openSecret } from "./secrets.ts";

export type IncomingMessage = {
  accountId: string;
  url: URL;
  params: [string, string][];
  rawBody: Uint8Array<ArrayBuffer>;
  contentType: string | null;
  signature: string | null;
};

/**
 * Keeps an inbound message: the signature holds against the configured URL, the account in the path is the body's and owns the number, else nothing is
 * written and the answer is `signature_invalid`. Returns only when the message is durable.
 */
export async function receiveInbound(deps: Deps, incoming: IncomingMessage): Promise<Result<null>> {
  const read = readInbound(incoming.params);
  if (!read.ok) return fail("signature_invalid");
  const route = await findInboundRoute(deps.db, incoming.accountId, read.value.to);
  if (route === null || route.account.accountSid !== read.value.accountSid) return fail("signature_invalid");
  const verified = await isGenuine(deps, incoming, route.account);
  if (verified === "forged") return fail("signature_invalid");
  if (route.number === null) return fail("signature_invalid", "This account does not own the number.");
  return keep(deps, route.account, route.number, read.value, verified === "signed");
}

async function isGenuine(
  deps: Deps,
  incoming: IncomingMessage,
  account: AccountRow,
): Promise<"signed" | "secret_path" | "forged"> {
  const tokens = await tokensOf(deps, account);
  if (tokens.length === 0) return (await inboundSecretHolds(deps, account.id, incoming.url)) ? "secret_path" : "forged";
  const signed = await verifyTwilioSignature({
    url: deps.publicUrl + incoming.url.pathname + incoming.url.search,
    params: incoming.params,
    rawBody: incoming.rawBody,
    contentType: incoming.contentType,
    signature: incoming.signature,
    authTokens: tokens,
  });
  return signed ? "signed" : "forged";
}

async function tokensOf(deps: Deps, account: AccountRow): Promise<string[]> {
  const sealed = [{ column: "auth_token", value: account.authToken }];
  if (account.previousValidUntil !== null && account.previousValidUntil > deps.now()) {
    sealed.push({ column: "previous_auth_token", value: account.previousAuthToken });
  }
  const opened = sealed.map(({ column, value }) =>
    value === null ? null : openSecret(deps, "twilio_accounts", account.id, column, value),
  );
  return (await Promise.all(opened)).filter((token) => token !== null);
}

async function keep(
  deps: Deps,
  account: AccountRow,
  number: NumberRow,
  report: InboundReport,
  verified: boolean,
): Promise<Result<null>> {
  if (!syncsInbound(account, report)) return ok(null);
  const message = toInboundMessage(account, report, verified);
  if (number.apiKeyId === null) {
    await keepUnclaimed(deps.db, message, deps.now());
    return ok(null);
  }
  const received = await askPool(deps, number.apiKeyId, (pool) => pool.receive(message));
  if (received.ok) return ok(null);
  if (received.failure.code !== "not_found") return received;
  await keepUnclaimed(deps.db, message, deps.now());
  return ok(null);
}

function syncsInbound(account: AccountRow, report: InboundReport): boolean {
  const { direction, channels, events } = account.sync;
  if (direction === "outbound" || events === "statuses") return false;
  return report.channel === "imessage" || channels.includes(report.channel);
}

function toInboundMessage(account: AccountRow, report: InboundReport, verified: boolean): InboundMessage {
  const { raw, replyTo, profileName, button, location } = report;
  return {
    providerId: report.providerId,
    accountId: account.id,
    from: report.from,
    to: report.to,
    channel: report.channel,
    text: report.text === "" ? null : report.text,
    attachments: account.sync.media ? report.media.map(describeMedia) : [],
    verified,
    optOutType: report.optOutType,
    detail: { raw, reply_to: replyTo, profile_name: profileName, button, location },
  };
}

function describeMedia(media: { url: string; contentType: string | null }, index: number): Attachment {
  const extension = media.contentType?.split("/")[1]?.split(";")[0]?.replace("jpeg", "jpg") ?? "bin";
  return { url: media.url, name: `media${index}.${extension}`, mimeType: media.contentType, size: null };
}
