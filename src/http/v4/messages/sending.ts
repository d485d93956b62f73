import type { Context } from "hono";
import type { SendAnswer, SendRequest } from "../../../domain/calls/sending.ts";
import { fail, ok, type Result } from "../../../domain/failure.ts";
import { fingerprintOf, sendMessages } from "../../../flows/messages/send.ts";
import { credentialOf, type Edge } from "../../edge.ts";
import { noteSent } from "../../note-sent.ts";
import { toDrafts, whatIsAsked } from "../../v2/messages/send-drafts.ts";
import { toSendRequest } from "../../v2/messages/send-idempotency.ts";
import { SendMessageBody } from "../../v2/messages/send-request.ts";
import { check } from "../../validate.ts";
import { askChannels } from "../ask.ts";
import { toDryRun, toRefused, toSendResult } from "./answers.ts";
import { checkPriority, findUnsupported, type Speaker, toOwnBody, withContent } from "./read-send.ts";
import type { Asked } from "./send-request.ts";

type SendResult = ReturnType<typeof toSendResult> | ReturnType<typeof toDryRun> | ReturnType<typeof toRefused>;
/** What a send came to: its result, or one result a recipient, and its status. */
export type Sent = { status: 200 | 201; one: SendResult } | { status: 200 | 201 | 207 | 422; all: FanOut };
type FanOut = { data: SendResult[]; fan_out: true; sent: number; failed: number; dry_run?: boolean };

type Plan = { to: string[]; requests: SendRequest[]; type: string; dry: boolean };

/** Sends, or judges only, what a body says to these people; several are single sends, each judged by itself, but on iMessage lines one group. */
export async function sendTo(c: Context<Edge>, given: Asked, asked: Wish): Promise<Result<Sent>> {
  const read = withContent(given);
  if (!read.ok) return read;
  const body = read.value;
  const priority = checkPriority(body, credentialOf(c).keyId);
  if (!priority.ok) return priority;
  const refused = await refuseUnsupported(c, body);
  if (refused !== null) return refused;
  const to = await gather(c, asked.to);
  if (!to.ok) return to;
  const plan = await toPlan(body, { ...asked, to: to.value });
  if (!plan.ok) return plan;
  return plan.value.dry ? judge(c, plan.value) : send(c, plan.value, asked.key);
}

async function refuseUnsupported(c: Context<Edge>, body: Asked) {
  const wish = findUnsupported(body);
  if (wish === null) return null;
  const key = await askChannels(c, { kind: "channels" });
  if (!key.ok) return key;
  const words = `${wish} is not available here: leave it out.`;
  return fail(key.value.lines ? "not_supported_on_line" : "not_supported_on_twilio", words);
}

async function gather(c: Context<Edge>, to: string[]): Promise<Result<string[]>> {
  if (to.length < 2) return ok(to);
  const key = await askChannels(c, { kind: "channels" });
  if (!key.ok) return key;
  return ok(key.value.lines ? [to.join(",")] : to);
}

type Wish = { to: string[]; speaker: Speaker; key: string | undefined };

async function toPlan(body: Asked, { to, speaker, key }: Wish): Promise<Result<Plan>> {
  const said = toOwnBody(body);
  if (!said.ok) return said;
  const own = check("body", SendMessageBody, said.value);
  if (!own.ok) return own.failure.code === "missing_content" ? fail("invalid_content") : own;
  const { from, only, ...how } = speaker;
  const limits = only === null ? {} : { only };
  const asked = { ...whatIsAsked(own.value), ...limits };
  const requests: SendRequest[] = [];
  for (const person of to) {
    const drafts = toDrafts(person, { ...own.value, ...(from === null ? {} : { from_number: from }) }, undefined);
    if (!drafts.ok) return drafts;
    const wished = drafts.value.map((draft) => ({ ...draft, ...limits, ...how }));
    // Several are one call with one key.
    const request = await toSendRequest(wished, to.length === 1 ? key : undefined, asked);
    requests.push({ ...request, shows: true });
  }
  return ok({ to, requests, type: typeOf(body), dry: body.dry_run === true });
}

function typeOf({ template, attachments, parts }: Asked): string {
  if (template != null) return "template";
  if (parts != null) return "multipart";
  return (attachments ?? []).length > 0 ? "media" : "text";
}

async function judge(c: Context<Edge>, { to, requests, type }: Plan): Promise<Result<Sent>> {
  const { keyId } = credentialOf(c);
  const results: ReturnType<typeof toDryRun>[] = [];
  for (const { drafts } of requests) {
    const answer = await askChannels(c, { kind: "preview", drafts });
    if (!answer.ok) return answer;
    const { preview, lines } = answer.value;
    const asked = drafts[0]?.fromNumber != null;
    results.push(toDryRun(preview, type, asked, { keyId, lines }));
  }
  const [only, ...more] = results;
  if (only !== undefined && more.length === 0) return ok({ status: 200, one: only });
  const fits = results.map(({ would_send }) => would_send);
  return ok({ status: 200, all: { ...gatherResults(to, results, fits), dry_run: true } });
}

async function send(c: Context<Edge>, plan: Plan, key: string | undefined): Promise<Result<Sent>> {
  const { to, requests, type } = plan;
  const credential = credentialOf(c);
  c.set("poolAsked", true);
  const answers = await sendMessages(c.get("deps"), credential, requests, await callOf(requests, key));
  if (!answers.ok) return answers;
  noteSent(c, answers.value);
  const [only, ...more] = answers.value;
  if (only === undefined) return fail("internal_error");
  if (more.length === 0) return only.ok ? ok({ status: 201, one: toSendResult(only.value, credential.keyId) }) : only;
  const results = answers.value.map((answer) => toResult(answer, type, credential.keyId));
  const all = gatherResults(
    to,
    results,
    answers.value.map(({ ok }) => ok),
  );
  return ok({ status: all.failed === 0 ? 201 : all.sent === 0 ? 422 : 207, all });
}

function gatherResults(to: readonly string[], results: readonly SendResult[], fits: readonly boolean[]): FanOut {
  const sent = fits.filter((one) => one).length;
  return {
    data: results.map((result, index) => ({ ...result, to: to[index] })),
    fan_out: true,
    sent,
    failed: results.length - sent,
  };
}

/** The key of several sends is that of their call; who sends to whom the pool compares in its own form. */
async function callOf(requests: readonly SendRequest[], key: string | undefined): Promise<SendRequest["idempotency"]> {
  if (key === undefined || requests.length < 2) return null;
  const asked = requests.map(({ drafts }) => drafts.map(({ to: _, fromNumber: __, ...said }) => said));
  return { key, fingerprint: await fingerprintOf(asked) };
}

function toResult(answer: Result<SendAnswer>, type: string, keyId: string): SendResult {
  return answer.ok ? toSendResult(answer.value, keyId) : toRefused(answer.failure, type);
}
