const longest = 64;

/** Reads tags as a person lists them, between commas, each once; those that are too long are told apart. */
export function readTags(text: string): { tags: string[]; tooLong: string[] } {
  const all = [
    ...new Set(
      text
        .split(",")
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ""),
    ),
  ];
  return { tags: all.filter((tag) => tag.length <= longest), tooLong: all.filter((tag) => tag.length > longest) };
}
