/** A cell is kept up to this many characters: what is longer is nobody's name, and is refused with its row. */
export const longestCell = 500;
/** No header names more columns, and further cells of a row are passed over. */
export const mostColumns = 50;

const delimiters = [",", ";", "\t"] as const;
const plainStretch = /[^",;\t\r\n]+/y;

/** One row of a file: the line that it begins on, counted from 1, and its cells, each cut one character beyond `longestCell`. */
export type CsvRow = { line: number; cells: string[] };

/**
 * Reads CSV (RFC 4180) piece by piece: quotes, CRLF, LF and CR, a byte order mark, commas, semicolons or tabs as the first line has them. Empty lines are passed over.
 * Rows come out as soon as they are whole; whatever a cell holds, no more of it is kept than `longestCell`.
 */
export class CsvReader {
  #delimiter: string | null;
  #line = 1;
  #startedOn = 1;
  #cells: string[] = [];
  #cell = "";
  #state: "start" | "plain" | "quoted" | "quote" = "start";
  #afterReturn = false;
  #isFirst = true;

  constructor(delimiter: string | null = null) {
    this.#delimiter = delimiter;
  }

  /** Says whether the file ended inside a quoted cell. */
  get isOpen(): boolean {
    return this.#state === "quoted";
  }

  /** Returns the rows that are whole with this piece of the text. */
  read(piece: string): CsvRow[] {
    let text = piece;
    if (this.#isFirst && text !== "") {
      this.#isFirst = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    this.#delimiter ??= text === "" ? null : delimiterOf(text);
    const rows: CsvRow[] = [];
    for (let at = 0; at < text.length; ) {
      plainStretch.lastIndex = at;
      const stretch = this.#state === "quote" ? null : plainStretch.exec(text)?.[0];
      if (stretch != null) {
        this.#keep(stretch);
        at += stretch.length;
      } else {
        this.#take(text.charAt(at), rows);
        at += 1;
      }
    }
    return rows;
  }

  /** Returns the last row, which no line end follows. */
  end(): CsvRow[] {
    const rows: CsvRow[] = [];
    if (this.#cells.length > 0 || this.#cell !== "" || this.#state !== "start") this.#endRow(rows);
    return rows;
  }

  #keep(characters: string): void {
    if (this.#state === "start") this.#state = "plain";
    this.#afterReturn = false;
    if (this.#cell.length <= longestCell) this.#cell = (this.#cell + characters).slice(0, longestCell + 1);
  }

  #take(character: string, rows: CsvRow[]): void {
    const isLineFeedOfReturn = character === "\n" && this.#afterReturn;
    this.#afterReturn = character === "\r";
    if (this.#state === "quoted") this.#takeQuoted(character, isLineFeedOfReturn);
    else if (character === '"') this.#takeQuote();
    else if (character === this.#delimiter) this.#endCell();
    else if (isLineFeedOfReturn) this.#startedOn = this.#line;
    else if (character === "\r" || character === "\n") {
      this.#line += 1;
      this.#endRow(rows);
    } else this.#keepLoose(character);
  }

  #takeQuote(): void {
    if (this.#state === "start") this.#state = "quoted";
    else if (this.#state === "quote") {
      this.#state = "quoted";
      this.#keep('"');
    } else this.#keep('"');
  }

  #takeQuoted(character: string, isLineFeedOfReturn: boolean): void {
    if (character === '"') this.#state = "quote";
    else {
      const isReturn = this.#afterReturn;
      if ((character === "\n" && !isLineFeedOfReturn) || isReturn) this.#line += 1;
      this.#keep(character);
      this.#afterReturn = isReturn;
    }
  }

  /** What follows a closing quote is taken as it stands. */
  #keepLoose(character: string): void {
    if (this.#state === "quote") this.#state = "plain";
    this.#keep(character);
  }

  #endCell(): void {
    if (this.#cells.length < mostColumns) this.#cells.push(this.#cell);
    this.#cell = "";
    this.#state = "start";
  }

  #endRow(rows: CsvRow[]): void {
    const isEmpty = this.#cells.length === 0 && this.#cell === "" && this.#state === "start";
    this.#endCell();
    if (!isEmpty) rows.push({ line: this.#startedOn, cells: this.#cells });
    this.#cells = [];
    this.#startedOn = this.#line;
  }
}

/** The one of them that stands most often in the first line, outside quotes. */
function delimiterOf(text: string): string {
  const first = text.replace(/"[^"]*"/g, "").split(/[\r\n]/, 1)[0] ?? "";
  const count = (delimiter: string) => first.split(delimiter).length;
  return delimiters.reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** Returns a value as a cell of ours: quoted where it must be, and with an apostrophe before what a spreadsheet would take for a formula (OWASP, CSV injection). */
export function csvCell(value: string | number | null): string {
  const text = String(value ?? "");
  const safe = /^[=+\-@\t\r]/.test(text) && !/^\+\d{3,15}$/.test(text) ? `'${text}` : text;
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
