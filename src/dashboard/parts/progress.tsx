type Props = { label: string; done: number; total: number };

/** How far a long work is, in words and as a bar. */
export function Progress({ label, done, total }: Props) {
  const words = `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
  return (
    <div className="progress">
      <span role="status">
        {label}: {words}
      </span>
      <progress aria-label={label} max={Math.max(total, 1)} value={done} />
    </div>
  );
}
