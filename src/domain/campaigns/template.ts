import { fail, ok, type Result } from "../failure.ts";

type Piece = { words: string } | { field: string; otherwise: string | null };
/** A text with fields, read: `{first_name}` or `{first_name|there}`; `{{` and `}}` stand for the braces themselves. */
export type Template = readonly Piece[];

/** What a field may be called, in a text and as a column of an audience. */
export const fieldName = /^[a-z_][a-z0-9_]{0,39}$/;
const pieces = /\{\{|\}\}|\{([^{}|]*)(?:\|([^{}]*))?\}|[{}]|[^{}]+/g;

/** Reads a text; a brace that is neither doubled nor a field is `invalid_request`, so that a slip is never sent to thousands. */
export function readTemplate(text: string): Result<Template> {
  const read: Piece[] = [];
  for (const [found, name, otherwise] of text.matchAll(pieces)) {
    const piece = readPiece(found, name, otherwise);
    if (piece === null) return refuse(found);
    read.push(piece);
  }
  return ok(read);
}

function readPiece(found: string, name: string | undefined, otherwise: string | undefined): Piece | null {
  if (found === "{{" || found === "}}") return { words: found.charAt(0) };
  if (name === undefined) return found === "{" || found === "}" ? null : { words: found };
  const field = name.trim().toLowerCase();
  return fieldName.test(field) ? { field, otherwise: otherwise ?? null } : null;
}

function refuse(piece: string): Result<never> {
  const message = `text holds ${piece}, which is no field: write {name} or {name|otherwise} in small letters, digits and _, or a brace itself twice.`;
  return fail("invalid_request", message, { field: "text" });
}

/** Returns the names of the fields that a text uses, each once; `needed`: only those without words to stand in for an empty one. */
export function fieldsOf(template: Template, needed = false): string[] {
  const used = template.flatMap((piece) =>
    "field" in piece && (!needed || piece.otherwise === null) ? [piece.field] : [],
  );
  return [...new Set(used)];
}

/** Returns the text for one person, or null where a field that has nothing to stand in for it is empty. */
export function renderTemplate(template: Template, fill: (field: string) => string): string | null {
  let text = "";
  for (const piece of template) {
    const words = "words" in piece ? piece.words : fill(piece.field).trim() || piece.otherwise;
    if (words === null) return null;
    text += words;
  }
  return text;
}
