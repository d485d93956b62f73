const tones: Record<string, string> = {
  delivered: "good",
  read: "good",
  received: "good",
  active: "good",
  running: "good",
  completed: "good",
  healthy: "good",
  connected: "good",
  failed: "bad",
  undelivered: "bad",
  unhealthy: "bad",
  revoked: "bad",
  paused: "warn",
  unknown: "warn",
  cancelled: "warn",
};

/** A status as a word with a colour, never as a colour alone. */
export function StatusBadge({ status }: { status: string }) {
  return <span className={`badge ${tones[status] ?? "plain"}`}>{status.replaceAll("_", " ")}</span>;
}
