import { type FailureCode, failureMessages } from "../../domain/failure.ts";
import { statusOfFailure } from "../errors.ts";
import { failuresOf, type Operation } from "../operation.ts";
import { errorGuide } from "./error-guide.ts";
import { escapeHtml, page } from "./page.ts";

type ErrorEntry = {
  code: FailureCode;
  status: number;
  message: string;
  cause: string;
  fix: string;
  example: string;
  calls: string[];
};

/** A code that more calls than these can answer is said without naming them. */
const mostCallsNamed = 12;

const style = `<style>
main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h2 { font: 600 1.1rem/1.4 ui-monospace, monospace; margin-top: 2rem; }
h2 a { color: inherit; text-decoration: none; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; border-radius: 0.25rem; font: 0.85rem/1.4 ui-monospace, monospace; }
section:target { outline: 2px solid; outline-offset: 0.5rem; }
</style>
`;

const intro =
  'Every error has one shape: `{"error": "ApiError", "message", "status", "code", "request_id", "doc_url"}`, and beside these whatever the code brings along. Decide by `code`; show `message`, which says more than the sentence here where more is known; quote `request_id` when you ask for help. Only 501 differs: `{"error": "Coming soon", "message"}`.';

/** Returns `docs/errors.md`: every code with its anchor, status, sentence, cause, fix, an example answer, and the calls that can give it. */
export function makeErrorDocs(operations: readonly Operation[]): string {
  const sections = errorEntries(operations).flatMap(({ code, status, message, cause, fix, example, calls }) => {
    const from = calls.length === 0 ? [] : [`From: ${calls.map((call) => `\`${call}\``).join(", ")}.`, ""];
    const why = [`**Why.** ${cause}`, "", `**What to do.** ${fix}`, ""];
    return [`## ${code}`, "", `${status}. ${message}`, "", ...why, "```json", example, "```", "", ...from];
  });
  return ["# Errors", "", intro, "", ...sections].join("\n");
}

/** Returns the page behind every `doc_url`: the same list, with an anchor for each code. */
export function makeErrorPage(operations: readonly Operation[]): string {
  const entries = errorEntries(operations).map(({ code, status, message, cause, fix, example, calls }) => {
    const head = `<h2><a href="#${code}">${code}</a> <small>${status}</small></h2><p>${prose(message)}</p>`;
    const why = `<p><strong>Why.</strong> ${prose(cause)}</p><p><strong>What to do.</strong> ${prose(fix)}</p>`;
    const from = calls.length === 0 ? "" : `<p>From: ${calls.map((call) => prose(`\`${call}\``)).join(", ")}.</p>`;
    return `<section id="${code}">${head}${why}<pre>${escapeHtml(example)}</pre>${from}</section>`;
  });
  return page("Trunkline: errors", `${style}<main><h1>Errors</h1><p>${prose(intro)}</p>${entries.join("\n")}</main>`);
}

/** Returns an answer with this code, as a caller gets it. */
export function exampleAnswer(code: FailureCode): Record<string, unknown> {
  const { message = failureMessages[code], more = {} } = errorGuide[code];
  if (code === "coming_soon") return { error: "Coming soon", message };
  const link = `http://127.0.0.1:8787/errors#${code}`;
  return {
    error: "ApiError",
    message,
    status: statusOfFailure[code],
    code,
    ...more,
    request_id: "req_1m7yms4000000000",
    doc_url: link,
  };
}

function errorEntries(operations: readonly Operation[]): ErrorEntry[] {
  // The list is written out as one constant, so its keys are exactly the codes.
  const codes = Object.keys(failureMessages) as FailureCode[];
  return codes.map((code) => {
    const calls = operations.filter((operation) => failuresOf(operation).includes(code)).map(({ id }) => id);
    return {
      code,
      status: statusOfFailure[code],
      message: failureMessages[code],
      cause: errorGuide[code].cause,
      fix: errorGuide[code].fix,
      example: JSON.stringify(exampleAnswer(code), null, 2),
      calls: calls.length > mostCallsNamed ? [] : calls,
    };
  });
}

/** Text as HTML, what stands between backticks as code. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]*)`/g, "<code>$1</code>");
}
