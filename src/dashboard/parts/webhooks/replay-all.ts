/** What one call of a replay answers: how many events leave again at ten a second, and from when on to ask for the rest (null: that was all). */
export type Part = { replayed: number; next_since: number | null; note: string | null };
/** How far a replay is: events that were set on their way, up to which time, and the wait before the next call. */
export type Replayed = { replayed: number; upTo: number | null; waitMs: number; note: string | null; isOver: boolean };

/** Events of one call leave one after another, so many milliseconds apart (docs/webhooks.md). */
const everyMs = 100;
const busyWaitMs = 5_000;

type Hands = {
  ask: (since: number) => Promise<Part>;
  /** Says of an error that a replay is still under way: then the same call is made again later. */
  isBusy: (error: unknown) => boolean;
  wait: (ms: number) => Promise<void>;
  onProgress: (so: Replayed) => void;
  isStopped: () => boolean;
};

/** Replays a time call by call, each when the one before has left; ends after the last, when it is stopped, or where a call fails. */
export async function replayAll(since: number, { ask, isBusy, wait, onProgress, isStopped }: Hands): Promise<void> {
  let so: Replayed = { replayed: 0, upTo: null, waitMs: 0, note: null, isOver: false };
  let from = since;
  while (!isStopped()) {
    let part: Part;
    try {
      part = await ask(from);
    } catch (error) {
      if (!isBusy(error)) throw error;
      so = { ...so, waitMs: busyWaitMs };
      onProgress(so);
      await wait(busyWaitMs);
      continue;
    }
    const waitMs = part.next_since === null ? 0 : part.replayed * everyMs;
    const note = so.note ?? part.note;
    so = {
      replayed: so.replayed + part.replayed,
      upTo: part.next_since,
      waitMs,
      note,
      isOver: part.next_since === null,
    };
    onProgress(so);
    if (part.next_since === null) return;
    from = part.next_since;
    await wait(waitMs);
  }
}
