import type { Webhook } from "../../queries/webhooks.ts";
import { fareOf } from "./fare.ts";

/** How a webhook fares, as a word with a colour. */
export function FareBadge({ webhook }: { webhook: Webhook }) {
  const { tone, word } = fareOf(webhook, Date.now());
  return <span className={`badge ${tone}`}>{word}</span>;
}
