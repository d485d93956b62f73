import type { Surroundings } from "./surroundings.ts";

/** Wakes an object for what is due: by its alarm, which outlives it, and by a timer in memory for what is near. Times are Unix ms. */
export class AlarmClock {
  readonly #outside: Surroundings;
  #alarmAt: number | null;
  #isArming = false;
  #timer: { at: number; id: ReturnType<typeof setTimeout> } | null = null;

  constructor(outside: Surroundings, alarmAt: number | null) {
    this.#outside = outside;
    this.#alarmAt = alarmAt;
  }

  /** Makes sure that the alarm rings at `at` or before: one row when it has to be moved forward, none otherwise. */
  arm(at: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    if (this.#isArming) return;
    this.#isArming = true;
    queueMicrotask(() => this.#setAlarm());
  }

  /** Comes after the caller's transaction: one that is rolled back must not take with it an alarm that is remembered here. */
  #setAlarm(): void {
    this.#isArming = false;
    if (this.#alarmAt === null) return;
    this.#outside.storage.setAlarm(this.#alarmAt).catch((error: unknown) => {
      this.#alarmAt = null;
      this.#outside.log({ level: "error", event: "alarm_not_set", error: String(error) });
    });
  }

  /** Runs `work` at `at` while this object lives, the earliest of what was asked; the alarm stands behind it. */
  setTimer(at: number, work: () => Promise<void>): void {
    if (this.#timer !== null && this.#timer.at <= at) return;
    if (this.#timer !== null) clearTimeout(this.#timer.id);
    const id = setTimeout(
      () => {
        this.#timer = null;
        void work();
      },
      Math.max(0, at - this.#outside.now()),
    );
    this.#timer = { at, id };
  }

  /** Says that the alarm has rung, so that the next `arm` sets it again. */
  rang(): void {
    this.#alarmAt = null;
  }
}
