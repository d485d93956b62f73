import * as z from "zod";
import { channelType, id } from "../shapes.ts";

const recipient = z.union(
  [
    id,
    z.array(id).min(1).max(100),
    z.object({ identifier: id }),
    z.object({ identifiers: z.array(id).min(1).max(100) }),
    z.object({ contact_id: id }),
    z.object({ group_id: id }),
  ],
  { error: "must be a phone number, a list of at most 100, or an object with contact_id, group_id or identifier." },
);

const sender = z.union(
  [id, z.object({ id }), z.object({ type: channelType.optional(), number: id }), z.object({ type: channelType })],
  {
    error: "must be a number, a channel's id, or an object with id, or with type and number.",
  },
);

const anything = z.looseObject({}).nullish();

/** The older form names its kind; the newer one has its fields beside the recipient. */
const content = {
  text: z.string().nullish(),
  attachments: z.array(z.string()).nullish(),
  rich_link: z.object({ url: z.string(), title: z.string().max(200).nullish() }).nullish(),
  template: z
    .object({ template_id: z.string(), variables: z.record(z.string(), z.unknown()).nullish() })
    .nullish()
    .meta({ description: "An approved template: its Content SID." }),
  parts: z.array(z.object({ text: z.string().optional(), url: z.string().optional() })).nullish(),
  poll: anything,
  interactive: anything,
};

const beside = {
  content: z
    .looseObject({ type: z.enum(["text", "media", "multipart", "rich_link", "template", "poll", "interactive"]) })
    .nullish()
    .meta({ description: "The older form: `type`, and the fields of that type." }),
  reply_to: z.string().max(128).nullish(),
  effect: z.string().nullish(),
  link_preview: z.object({ imageUrl: z.string().optional(), title: z.string().optional() }).nullish(),
  dry_run: z.boolean().nullish().meta({ description: "Judge and route only: nothing is sent." }),
};

/** What may be said in a chat, whose sender and person are known. */
export const V4ChatSend = z.object({ ...content, ...beside }).meta({ id: "V4ChatSend" });

/** What a channel may be asked to send. */
export const V4ChannelSend = z.object({ to: recipient, ...content, ...beside }).meta({ id: "V4ChannelSend" });

/** What may be asked to be sent by whichever channel fits. */
export const V4Send = z
  .object({
    to: recipient,
    from: sender.nullish().meta({ description: "One of this key's numbers or channels; else the pool chooses." }),
    channel_id: id.nullish(),
    channel_type: channelType.nullish(),
    priority_id: z.string().nullish(),
    hybrid: z.unknown().optional(),
    ...content,
    ...beside,
  })
  .meta({ id: "V4Send" });

export type Asked = z.output<typeof V4ChatSend> &
  Partial<Omit<z.output<typeof V4Send>, keyof z.output<typeof V4ChatSend>>>;
