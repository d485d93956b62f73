import * as z from "zod";
import type { CarrierResult } from "../carrier.ts";
import type { MacLogin, OpenFile } from "./account.ts";
import { type Called, call, explain, readAnswer, refuse, type Wire } from "./call.ts";

/** Apple's own limit for one file is about this. */
const largestFileBytes = 100 * 1024 * 1024;

/** A file that is to go to the Mac: where it lies, and the name that people see. */
export type SendableFile = { url: string; name: string };
/** What came of sending a form with a file. `unsent` says why the form surely never reached the server whole, so that nothing of it was done. */
export type FormSent = { kind: "called"; called: Called } | { kind: "unsent"; code: FileFault; message: string };
export type FileFault = "attachment_unreachable" | "attachment_too_large" | "line_offline";

/** Returns the name of the file behind a URL, as the last part of its path says it. */
export function nameOfFile(url: string): string {
  const last = URL.parse(url)?.pathname.split("/").at(-1) ?? "";
  const name = decode(last)
    .replace(/[\\/"\r\n\0]/g, "_")
    .slice(-120);
  return name === "" ? "attachment" : name;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Streams a file from its URL into a form of the server, never whole in memory. A file that breaks off or is too large breaks the form off too: it then lacks
 * its end, and the server can do nothing with it.
 */
export async function postForm(
  wire: Wire,
  login: MacLogin,
  asked: { openFile: OpenFile; file: SendableFile; path: string; field: string; fields: Record<string, string> },
): Promise<FormSent> {
  const opened = await asked.openFile(asked.file.url);
  if (!opened.ok) return unsent("attachment_unreachable", opened.refusal.message);
  const fault = await findFault(opened.value);
  if (fault !== null) return fault;
  const { stream, boundary, state } = encodeForm(asked, opened.value);
  const form = { type: `multipart/form-data; boundary=${boundary}`, stream };
  const called = await call(wire, login, { method: "POST", path: asked.path, form, timeoutMs: wire.uploadMs });
  if (called.kind === "silence" && !state.isWhole) {
    if (state.fault !== null) return state.fault;
    return unsent("line_offline", `The file did not reach the Mac: ${called.cause}.`);
  }
  return { kind: "called", called };
}

async function findFault(response: Response): Promise<FormSent | null> {
  const length = Number(response.headers.get("content-length") ?? "0");
  if (response.status === 200 && response.body !== null && length <= largestFileBytes) return null;
  await response.body?.cancel();
  if (length > largestFileBytes) return tooLarge();
  return unsent("attachment_unreachable", `The file's host answered HTTP ${response.status}.`);
}

type FormState = { isWhole: boolean; fault: FormSent | null };

function encodeForm(
  { file, field, fields }: { file: SendableFile; field: string; fields: Record<string, string> },
  response: Response,
): { stream: ReadableStream<Uint8Array>; boundary: string; state: FormState } {
  const boundary = `trunkline-${crypto.randomUUID()}`;
  const type = response.headers.get("content-type")?.replace(/[^\w/+.;= -]/g, "") || "application/octet-stream";
  const parts = Object.entries(fields).map(([name, value]) => `${headOf(boundary, name)}\r\n\r\n${value}\r\n`);
  const head = `${parts.join("")}${headOf(boundary, field)}; filename="${file.name}"\r\ncontent-type: ${type}\r\n\r\n`;
  const state: FormState = { isWhole: false, fault: null };
  const reader = response.body?.getReader();
  let left = largestFileBytes;
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(head)),
    pull: async (controller) => {
      const next = await reader?.read().catch(() => null);
      if (next?.done === true) {
        state.isWhole = true;
        controller.enqueue(encoder.encode(`\r\n--${boundary}--\r\n`));
        controller.close();
        return;
      }
      left -= next?.value.byteLength ?? 0;
      if (next != null && left >= 0) {
        controller.enqueue(next.value);
        return;
      }
      state.fault = next == null ? unsent("attachment_unreachable", "The file broke off.") : tooLarge();
      controller.error(new Error("The file cannot be sent."));
      await reader?.cancel().catch(() => {});
    },
    cancel: async () => reader?.cancel(),
  });
  return { stream, boundary, state };
}

function headOf(boundary: string, name: string): string {
  return `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`;
}

const uploaded = z.object({ path: z.string().min(1) });

/** Puts a file on the Mac, where a message of several parts may name it by the path that this returns. Nothing is sent to anybody. */
export async function uploadFile(
  wire: Wire,
  login: MacLogin,
  openFile: OpenFile,
  file: SendableFile,
): Promise<CarrierResult<string>> {
  const sent = await postForm(wire, login, {
    openFile,
    file,
    path: "attachment/upload",
    field: "attachment",
    fields: {},
  });
  if (sent.kind === "unsent") {
    const { code, message } = sent;
    return { ok: false, refusal: { status: null, code, message } };
  }
  const read = readAnswer(sent.called, uploaded);
  if (read.ok) return { ok: true, value: read.value.path };
  const { code, message, status } = explain(sent.called);
  return code === "outcome_unknown" ? refuse("line_offline", message, status) : read;
}

function tooLarge(): FormSent {
  return unsent("attachment_too_large", "The file is larger than 100 MiB.");
}

function unsent(code: FileFault, message: string): FormSent {
  return { kind: "unsent", code, message };
}
