import { escapeHtml, page } from "./page.ts";

/** Nothing that would need another server: no fonts, no counting, no assistant, no hosted tools. */
const referenceSettings = {
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
  // The page opens with the key that most calls take; the admin's calls name the other one.
  authentication: { preferredSecurityScheme: "api_key" },
};

/** Returns the reference page: Scalar's script from our own origin over our own document; nothing is loaded from elsewhere. */
export function makeDocsPage(scriptPath: string): string {
  return page(
    "Trunkline: API reference",
    `<noscript>The document itself: <a href="/openapi.json">openapi.json</a></noscript>
<script id="api-reference" data-url="/openapi.json" data-configuration="${escapeHtml(JSON.stringify(referenceSettings))}"></script>
<script src="${escapeHtml(scriptPath)}"></script>`,
  );
}
