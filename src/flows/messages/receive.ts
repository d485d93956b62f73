import { type InboundReport, readInbound } from "../../carriers/twilio/callback.ts";
import { extensionOf, readMediaPlace } from "../../carriers/twilio/media-place.ts";
import { findInboundRoute, type InboundRoute, type NumberRow } from "../../directory/numbers.ts";
import type { InboundMessage } from "../../domain/calls/inbound.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { Attachment } from "../../domain/message.ts";
import { maySayWish } from "../../domain/opt-out.ts";
import { judgeRequest, refuseUngenuine, type SignedForm } from "../accounts/judge-request.ts";
import type { Deps } from "../deps.ts";
import { signMediaUrl } from "../links-and-media/media-url.ts";
import { heedEverywhere } from "./heed-everywhere.ts";
import { keepInbound } from "./keep-inbound.ts";

/**
 * Keeps an inbound message: the signature holds against the configured URL, the account in the path is the body's and owns the number, else nothing is
 * written and the answer is `signature_invalid`. Returns only when the message is durable: its id, null where no pool keeps it.
 */
export async function receiveInbound(deps: Deps, incoming: SignedForm): Promise<Result<string | null>> {
  const read = readInbound(incoming.params);
  if (!read.ok) return fail("signature_invalid");
  const genuine = await judgeRequest(deps, incoming, read.value.accountSid);
  const refusal = refuseUngenuine(genuine);
  if (refusal !== null) return refusal;
  const route = await findInboundRoute(deps.db, incoming.accountId, read.value.to);
  const number = route === null ? null : (route.number ?? foreignTo(route.account, read.value));
  if (route === null || number === null) return fail("signature_invalid", "This account does not own the number.");
  const { account } = route;
  const message = await toInboundMessage(deps, account, read.value, genuine === "signed");
  const detail = { ...message.detail, idempotency_token: incoming.idempotencyToken };
  return keep(deps, account, number, { ...message, detail });
}

type Account = InboundRoute["account"];
type Owner = Pick<NumberRow, "organizationId" | "apiKeyId"> & { isForeign?: true };

/** Senders of channels that we cannot speak are imported nowhere: the signature says whose they are, and their messages are kept for the organization. */
function foreignTo({ organizationId }: Account, { channel }: InboundReport): Owner | null {
  return channel === "rcs" || channel === "unknown" ? { organizationId, apiKeyId: null, isForeign: true } : null;
}

async function keep(
  deps: Deps,
  account: Account,
  number: Owner,
  message: InboundMessage,
): Promise<Result<string | null>> {
  const isWish = maySayWish(message);
  const synced = syncsInbound(account, message);
  if (!synced && !isWish) return ok(null);
  const keepIt = () => keepInbound(deps, number, synced ? message : { ...message, keywordOnly: true });
  // An agent that was imported for no key yet speaks for its account like one that never was.
  const isNobodys = number.isForeign === true || (message.channel === "rcs" && number.apiKeyId === null);
  return isWish && isNobodys ? heedEverywhere(deps, message, keepIt) : keepIt();
}

function syncsInbound(account: Account, message: InboundMessage): boolean {
  const { direction, channels } = account.sync;
  if (direction === "outbound") return false;
  switch (message.channel) {
    case "sms":
    case "whatsapp":
      return channels.includes(message.channel);
    case "rcs":
      return channels.includes("sms");
    case "imessage":
    case "unknown":
      return true;
  }
}

async function toInboundMessage(
  deps: Deps,
  account: Account,
  report: InboundReport,
  verified: boolean,
): Promise<InboundMessage> {
  const { raw, replyTo, profileName, button, list, location, referral, externalUserId, kind } = report;
  const media = account.sync.media ? report.media : [];
  return {
    providerId: report.providerId,
    accountId: account.id,
    from: report.from,
    to: report.to,
    channel: report.channel,
    text: report.text === "" ? null : report.text,
    attachments: await Promise.all(media.map((file, index) => describeMedia(deps, account, file, index))),
    verified,
    optOutType: report.optOutType,
    detail: {
      raw,
      reply_to: replyTo,
      profile_name: profileName,
      external_user_id: externalUserId,
      kind,
      button,
      list,
      location,
      referral,
    },
  };
}

/** Twilio's files need the account's credentials: what leaves here is a link of ours that opens them. */
async function describeMedia(
  deps: Deps,
  account: Account,
  file: InboundReport["media"][number],
  index: number,
): Promise<Attachment> {
  const name = `media${index}.${extensionOf(file.contentType)}`;
  const place = readMediaPlace(file.url, account.accountSid);
  const url = place === null ? file.url : await signMediaUrl(deps, { accountId: account.id, ...place, name });
  return { url, name, mimeType: file.contentType, size: null };
}
