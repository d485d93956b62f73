import * as z from "zod";

const text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const number = z
  .number()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);
const flag = z
  .boolean()
  .nullish()
  .catch(null)
  .transform((value) => value === true);
const handle = z.object({ address: z.string(), service: text }).nullish().catch(null);

/** A chat as the server shows it; `participants` only where they were asked for. */
export const chatShape = z.object({
  guid: z.string().min(1),
  style: number,
  chatIdentifier: text,
  displayName: text,
  isFiltered: flag,
  lastAddressedHandle: text,
  participants: z
    .array(z.object({ address: z.string() }))
    .nullish()
    .catch(null),
});
export type MacChat = z.infer<typeof chatShape>;

const attachment = z.object({
  guid: z.string().min(1),
  mimeType: text,
  transferName: text,
  totalBytes: number,
  transferState: number,
  hideAttachment: flag,
});

/** A row of the Mac's messages. Source: the serializer's form of `message/query`. */
export const rowShape = z.object({
  originalROWID: z.number().int(),
  guid: z.string().min(1),
  text,
  handle,
  attachments: z
    .array(attachment)
    .nullish()
    .catch(null)
    .transform((list) => list ?? []),
  error: number,
  dateCreated: number.transform((at) => at ?? 0),
  dateRead: number,
  dateDelivered: number,
  isDelivered: flag,
  isFromMe: flag,
  isSpam: flag,
  itemType: number,
  groupTitle: text,
  groupActionType: number,
  balloonBundleId: text,
  associatedMessageGuid: text,
  associatedMessageType: z.union([z.string(), z.number()]).nullish().catch(null),
  expressiveSendStyleId: text,
  threadOriginatorGuid: text,
  threadOriginatorPart: text,
  dateEdited: number,
  partCount: number,
  messageSummaryInfo: z
    .array(z.object({ retractedParts: z.array(z.number()).nullish().catch(null) }))
    .nullish()
    .catch(null),
  chats: z.array(chatShape).nullish().catch(null),
});
export type MacRow = z.infer<typeof rowShape>;
