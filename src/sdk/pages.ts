/** A list: awaited it is its first page, iterated it is every entry, page after page. */
export type List<Page, Entry> = PromiseLike<Page> & AsyncIterable<Entry>;

type Paged = { pagination: { limit: number; offset: number; total: number } };

/** Returns a list that reads a page when one is asked for. New entries that push others back while it reads may show one twice. */
export function makeList<Page extends Paged, Entry>(
  read: (offset: number | undefined) => Promise<Page>,
  entriesOf: (page: Page) => readonly Entry[],
): List<Page, Entry> {
  return {
    // biome-ignore lint/suspicious/noThenProperty: a list is meant to be awaited for its first page
    then: (resolve, reject) => read(undefined).then(resolve, reject),
    async *[Symbol.asyncIterator]() {
      let offset: number | undefined;
      for (;;) {
        const page = await read(offset);
        const entries = entriesOf(page);
        yield* entries;
        offset = page.pagination.offset + entries.length;
        if (entries.length === 0 || offset >= page.pagination.total) return;
      }
    },
  };
}
