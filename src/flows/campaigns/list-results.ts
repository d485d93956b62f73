import type { CampaignAnswers, PersonResult } from "../../domain/campaigns/campaign.ts";
import { csvCell } from "../../domain/campaigns/csv.ts";
import type { Result } from "../../domain/failure.ts";
import { publicStatus } from "../../domain/status.ts";
import type { AskCampaign } from "./load-audience.ts";

const columns = [
  "line",
  "to",
  "result",
  "reason",
  "status",
  "error_code",
  "message_id",
  "from_number",
  "sent_at",
  "delivered_at",
  "parts",
  "clicks",
  "replied_at",
  "opted_out_at",
];

/** Returns what became of everybody in a campaign as CSV, a piece whenever the reader asks for one; times are ISO 8601. */
export async function listResults(ask: AskCampaign, id: string): Promise<Result<ReadableStream<Uint8Array>>> {
  type Page = Result<CampaignAnswers["results"]>;
  const first: Page = await ask<"results">({ kind: "results", id, part: 0 });
  if (!first.ok) return first;
  const encoder = new TextEncoder();
  let page: CampaignAnswers["results"] | null = first.value;
  let head = `${columns.join(",")}\r\n`;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (page === null) return controller.close();
      controller.enqueue(encoder.encode(head + page.people.map(toLine).join("")));
      head = "";
      if (page.next === null) {
        page = null;
        return;
      }
      const next: Page = await ask<"results">({ kind: "results", id, part: page.next });
      if (next.ok) page = next.value;
      else controller.error(new Error(next.failure.message));
    },
  });
  return { ok: true, value: stream };
}

function toLine(person: PersonResult): string {
  const cells = [
    person.line,
    person.to,
    person.result,
    person.reason,
    person.status === null ? null : publicStatus(person.status),
    person.errorCode,
    person.messageId,
    person.fromNumber,
    timeOf(person.sentAt),
    timeOf(person.deliveredAt),
    person.parts,
    person.clicks,
    timeOf(person.repliedAt),
    timeOf(person.optedOutAt),
  ];
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
