import { describeInbound, describeStatus, type Knock, mayRepeat, postCallback } from "./callbacks.ts";
import { writeInbound } from "./inbound.ts";
import type { Step } from "./script.ts";
import {
  type DueStep,
  deleteStep,
  dueSteps,
  findInboundUrl,
  findMessage,
  insertStep,
  moveMessage,
  type StoredMessage,
} from "./store.ts";

export type SandboxAccount = { accountSid: string; authToken: string };

/** What a step needs: the object's tables, the account that signs, and the Worker's door. */
export type Stage = { sql: SqlStorage; account: SandboxAccount; knock: Knock };

const batch = 100;
const repeatAfterMs = 500;

/** Plans the steps of a message that was just taken. */
export function planSteps(sql: SqlStorage, messageSid: string, steps: readonly Step[], now: number): void {
  for (const step of steps) {
    insertStep(sql, { dueAt: now + step.afterMs, token: crypto.randomUUID(), messageSid, step, attempt: 0 });
  }
}

/** Plays every step that is due: each message's in order, different messages beside each other. */
export async function playDue(stage: Stage, now: number): Promise<void> {
  const byMessage = Map.groupBy(dueSteps(stage.sql, now, batch), ({ messageSid }) => messageSid);
  await Promise.all([...byMessage.values()].map((steps) => playInOrder(stage, steps, now)));
}

async function playInOrder(stage: Stage, steps: DueStep[], now: number): Promise<void> {
  for (const due of steps) {
    const message = findMessage(stage.sql, due.messageSid);
    const told = message === null ? null : await playStep(stage, message, due, now);
    deleteStep(stage.sql, due);
    if (told !== null && mayRepeat(told.target, told.status, due.attempt)) {
      insertStep(stage.sql, { ...due, dueAt: Date.now() + repeatAfterMs, attempt: due.attempt + 1 });
    }
  }
}

type Told = { target: string; status: number | null } | null;

async function playStep(stage: Stage, message: StoredMessage, due: DueStep, now: number): Promise<Told> {
  const { step, token } = due;
  const { accountSid } = stage.account;
  switch (step.kind) {
    case "status":
      if (step.only !== "callback") moveMessage(stage.sql, message.sid, step.status, step.errorCode ?? null, now);
      if (step.only === "change") return null;
      return tell(stage, message.statusCallback, describeStatus(accountSid, message, step, now), token);
    case "reply": {
      const { recipient: from, sender: to } = message;
      writeInbound(stage.sql, { from, to, text: step.text, media: step.media ?? 0 }, now);
      return null;
    }
    case "arrive":
      return tell(stage, findInboundUrl(stage.sql, message.recipient), describeInbound(accountSid, message), token);
  }
}

async function tell(stage: Stage, target: string | null, form: [string, string][], token: string): Promise<Told> {
  if (target === null || !URL.canParse(target)) return null;
  const { authToken } = stage.account;
  return { target, status: await postCallback(stage.knock, target, form, { authToken, token }) };
}
