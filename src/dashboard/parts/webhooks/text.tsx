/** A text from outside or a sample, with its line breaks and nothing else of it heeded; a long one scrolls by itself. */
export function Text({ label, text }: { label: string; text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="sample" aria-label={label} tabIndex={0}>
      <pre dir="auto">{text}</pre>
    </section>
  );
}
