import { countSegments, maxTextLength, textLength } from "../../domain/segments.ts";

/** How long a text is and, where it is divided, into how many parts: each is paid for. Says what makes it long. */
export function TextLength({ text, isDivided }: { text: string; isDivided: boolean }) {
  const length = textLength(text);
  if (length === 0) return "0 characters";
  const { segments, encoding } = countSegments(text);
  const parts = segments === 1 ? "1 part" : `${segments} parts`;
  return (
    <>
      {length === 1 ? "1 character" : `${length} characters`}
      {isDivided && ` · ${parts} · ${encoding}`}
      {isDivided &&
        encoding === "UCS-2" &&
        ": it holds characters beyond the short alphabet, so a part holds 70, not 160"}
      {length > maxTextLength && (
        <strong className="bad"> · more than {maxTextLength} leave only from a key that splits long texts</strong>
      )}
    </>
  );
}
