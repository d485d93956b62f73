const steps: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** Says how long ago an instant (epoch milliseconds) was, with the exact time on hover. */
export function TimeAgo({ at }: { at: number }) {
  const seconds = Math.round((at - Date.now()) / 1000);
  const [unit, size] = steps.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact}>
      {words.format(Math.round(seconds / size), unit)}
    </time>
  );
}
