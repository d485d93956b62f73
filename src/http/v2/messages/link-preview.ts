import { fail, ok, type Result } from "../../../domain/failure.ts";

type Part = { text?: string | undefined; url?: string | undefined; link_preview?: unknown };
type Previewed = { text?: unknown; link_preview?: unknown; parts?: readonly Part[] | null | undefined };

/**
 * Returns the links of a body whose parts are to be previewed, each a message of its own (contract blooio-v2.md 1.3: one part with `link_preview` makes a batch of them all), null where
 * there is no such part.
 */
export function linksOf({ parts }: Previewed): Result<string[] | null> {
  if (parts == null || !parts.some(({ link_preview }) => link_preview != null)) return ok(null);
  const links = parts.map(({ text, url }) => (text ?? url ?? "").trim());
  if (links.every(isOneLink)) return ok(links);
  return fail(
    "invalid_request",
    "Where one part has link_preview, every part is one URL and nothing else: each becomes a message of its own.",
  );
}

/** Returns what is not done of the previews that a body asks for, as a sentence, null where it asks for none. */
export function warnOfPreviews({ text, link_preview, parts }: Previewed): string | null {
  if (link_preview == null && !parts?.some((part) => part.link_preview != null)) return null;
  if (link_preview != null && !(typeof text === "string" && isOneLink(text.trim())))
    return "link_preview was not used: it belongs to a text that is one URL and nothing else.";
  return "The picture and title of link_preview were not used: the link is shown as the recipient's device shows it.";
}

function isOneLink(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
}
