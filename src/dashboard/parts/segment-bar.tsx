const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

type Props = { label: string; segments: readonly { name: string; share: number }[] };

/** Shares of a whole (0 to 1) as parts of a bar, each said in words below it. */
export function SegmentBar({ label, segments }: Props) {
  return (
    <figure className="segment-figure">
      <div className="segments" aria-hidden="true">
        {segments.map(({ name, share }) => share > 0 && <span key={name} style={{ flexGrow: share }} />)}
      </div>
      <figcaption className="hidden-words">{label}</figcaption>
      <ul className="segment-list">
        {segments.map(({ name, share }) => (
          <li key={name}>
            {name} <strong>{percent.format(share)}</strong>
          </li>
        ))}
      </ul>
    </figure>
  );
}
