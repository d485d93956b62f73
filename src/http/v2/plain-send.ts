import * as z from "zod";
import type { Failure } from "../../domain/failure.ts";
import { readCredential } from "../../flows/ask-pool.ts";
import type { Deps } from "../../flows/deps.ts";
import { answerOf, failureOf, linkBase, refusalOf } from "../errors.ts";
import { fullRoute } from "../operation.ts";
import { allowanceHeaders } from "../rate-limit.ts";
import { type Handled, logRequest, nameOf, type RequestLog } from "../request-log.ts";
import { headersIn, sparsely } from "../validate.ts";
import { readBodyOf } from "../validation-guards.ts";
import { sendMessage } from "./messages/contract.ts";
import { checkMessageBody } from "./messages/send-request.ts";
import { takeSend } from "./messages/take-send.ts";

const route = fullRoute(sendMessage);
const checkHeaders = sparsely(sendMessage.headers.shape, (fields) =>
  z.object(fields as typeof sendMessage.headers.shape),
);

/** What a send is taken with. */
export type Door = { deps: Deps; log: RequestLog };
type Answer = {
  status: number;
  headers: Record<string, string>;
  body: unknown;
} & Pick<Handled, "about" | "refused">;

/** Takes a send in front of the API (`doors/sends.ts`). A request without a key, or with headers that are refused, is the API's: it says why. */
export async function letIn(
  door: Door,
  request: Request,
  chatId: string,
  toApi: () => Response | Promise<Response>,
): Promise<Response> {
  const startedAt = Date.now();
  const given = request.headers.get("Authorization") ?? undefined;
  // A defect meets the API too, which answers it.
  const credential = await readCredential(door.deps, given).catch(() => null);
  const headers = checkHeaders("header", headersIn(sendMessage.headers, request.headers));
  if (credential?.ok !== true || !headers.ok) return toApi();
  const requestId = nameOf(request.headers.get("X-Request-Id"));
  const send = { chatId, headers: headers.value, credential: credential.value };
  const { status, headers: more, body, about, refused } = await answer(door, request, requestId, send);
  const apiKeyId = credential.value.keyId;
  logRequest(door.log, { requestId, method: "POST", route, status, apiKeyId, startedAt, about, refused });
  const said = { "Content-Type": "application/json", "X-Request-Id": requestId, "Cache-Control": "no-store", ...more };
  return new Response(JSON.stringify(body), { status, headers: said });
}

async function answer(
  { deps, log }: Door,
  request: Request,
  requestId: string,
  {
    credential,
    ...send
  }: Pick<Parameters<typeof takeSend>[2], "chatId" | "headers"> & {
    credential: Parameters<typeof takeSend>[1];
  },
): Promise<Answer> {
  const refuse = (failure: Failure): Answer => {
    const publicUrl = linkBase(deps.addresses.known().current, request.url);
    const asked = { base: sendMessage.base, requestId, publicUrl };
    return { ...answerOf(failure, asked), about: [], refused: refusalOf(failure) };
  };
  try {
    const read = await readBodyOf(sendMessage, request);
    if (!read.ok) return refuse(read.failure);
    const body = checkMessageBody("body", read.value.value);
    if (!body.ok) return refuse(body.failure);
    const taken = await takeSend(deps, credential, { ...send, body: body.value });
    if (!taken.ok) return refuse(taken.failure);
    const { sent, status, answer } = taken.value;
    const about = sent.messages.map(({ messageId }) => messageId);
    return { status, headers: allowanceHeaders(sent.allowance), body: answer, about };
  } catch (error) {
    return refuse(failureOf(error, log.write, { method: "POST", requestId }));
  }
}
