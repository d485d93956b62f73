import { type FailureCode, failureMessages } from "../../domain/failure.ts";
import { statusOfFailure } from "../errors.ts";
import { failuresOf, type Operation } from "../operation.ts";

type ErrorEntry = { code: FailureCode; status: number; message: string; calls: string[] };

/** A code that more calls than these can answer is said without naming them. */
const mostCallsNamed = 12;

const errorStyle = `<style>
main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h2 { font: 600 1.1rem/1.4 ui-monospace, monospace; margin-top: 2rem; }
h2 a { color: inherit; text-decoration: none; }
section:target { outline: 2px solid; outline-offset: 0.5rem; }
</style>
`;

/** Nothing that would need another server: no fonts, no counting, no assistant, no hosted tools. */
const referenceSettings = {
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
};

const intro =
  'Every error has one shape: `{"error": "ApiError", "message", "status", "code", "request_id", "doc_url"}`, and beside these whatever the code brings along. Decide by `code`; show `message`; quote `request_id` when you ask for help. Only 501 differs: `{"error": "Coming soon", "message"}`.';

/** Returns `docs/errors.md`: every code with its anchor, status, sentence, and the calls that can answer it. */
export function makeErrorDocs(operations: readonly Operation[]): string {
  const sections = errorEntries(operations).flatMap(({ code, status, message, calls }) => {
    const from = calls.length === 0 ? [] : [`From: ${calls.map((call) => `\`${call}\``).join(", ")}.`, ""];
    return [`## ${code}`, "", `${status}. ${message}`, "", ...from];
  });
  return ["# Errors", "", intro, "", ...sections].join("\n");
}

/** Returns the page behind every `doc_url`: the same list, with an anchor for each code. */
export function makeErrorPage(operations: readonly Operation[]): string {
  const entries = errorEntries(operations).map(({ code, status, message, calls }) => {
    const from = calls.length === 0 ? "" : `<p>From: ${calls.map(codeTag).join(", ")}.</p>`;
    return `<section id="${code}"><h2><a href="#${code}">${code}</a> <small>${status}</small></h2><p>${escapeHtml(message)}</p>${from}</section>`;
  });
  const lead = escapeHtml(intro).replace(/`([^`]*)`/g, "<code>$1</code>");
  return page("Trunkline: errors", `${errorStyle}<main><h1>Errors</h1><p>${lead}</p>${entries.join("\n")}</main>`);
}

/** Returns the reference page: Scalar's script from our own origin over our own document; nothing is loaded from elsewhere. */
export function makeDocsPage(scriptPath: string): string {
  return page(
    "Trunkline: API reference",
    `<noscript>The document itself: <a href="/openapi.json">openapi.json</a></noscript>
<script id="api-reference" data-url="/openapi.json" data-configuration="${escapeHtml(JSON.stringify(referenceSettings))}"></script>
<script src="${escapeHtml(scriptPath)}"></script>`,
  );
}

function errorEntries(operations: readonly Operation[]): ErrorEntry[] {
  // The list is written out as one constant, so its keys are exactly the codes.
  const codes = Object.keys(failureMessages) as FailureCode[];
  return codes.map((code) => {
    const calls = operations.filter((operation) => failuresOf(operation).includes(code)).map(({ id }) => id);
    const told = calls.length > mostCallsNamed ? [] : calls;
    return { code, status: statusOfFailure[code], message: failureMessages[code], calls: told };
  });
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body>
${body}
</body>
</html>
`;
}

function codeTag(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
