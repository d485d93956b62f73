import type { Context } from "hono";
import { escapeHtml, page } from "../reference/page.ts";
import { acceptsPage } from "./front.ts";

/** Not a script, not a style, not a picture: nothing that would have to be served by a gateway that is not set up. */
const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const remedies: Readonly<Record<string, (origin: string) => string>> = {
  ADMIN_TOKEN: () => `<p>The token that opens the admin API and this dashboard. Make one, keep it, and set it:</p>
<pre>openssl rand -hex 32
npx wrangler secret put ADMIN_TOKEN</pre>`,
  MASTER_KEYS:
    () => `<p>The keys under which secrets are kept. If this gateway has run before, set the same ones as then: what was sealed under others cannot be opened. Else make one, keep it, and set it:</p>
<pre>echo "k1:$(openssl rand -base64 32)"
npx wrangler secret put MASTER_KEYS</pre>`,
  PUBLIC_URL: (
    origin,
  ) => `<p>It is set, and is no address. Set it in full, for example <code>${escapeHtml(origin)}</code>, or delete it and say the address in the dashboard:</p>
<pre>npx wrangler secret put PUBLIC_URL
npx wrangler secret delete PUBLIC_URL</pre>`,
  TWILIO_API_URL: () =>
    "<p>It is set, and is no http or https address. Take it out of the <code>vars</code> of <code>wrangler.toml</code>, or set <code>https://api.twilio.com</code>.</p>",
};

/** Returns a page for the browser that opens a gateway whose settings are missing: each by name with the command that sets it; null for any other request. */
export function setupPage(c: Context, missing: readonly string[]): Response | null {
  if (!isForPeople(c)) return null;
  const origin = new URL(c.req.url).origin;
  const parts = missing.map(
    (name) => `<h2>${escapeHtml(name)}</h2>\n${remedies[name]?.(origin) ?? "<p>Set it as a secret of the Worker.</p>"}`,
  );
  c.header("Content-Security-Policy", policy);
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
  c.header("Retry-After", "60");
  const intro = "<p>Nothing of this gateway is open until these settings are there. Then load this page again.</p>";
  const body = `<main>\n<h1>Trunkline is not set up yet</h1>\n${intro}\n${parts.join("\n")}\n</main>`;
  return c.html(page("Trunkline is not set up yet", body), 503);
}

function isForPeople(c: Context): boolean {
  const { path, method } = c.req;
  return method === "GET" && acceptsPage(c) && (path === "/" || path === "/app" || path.startsWith("/app/"));
}
