/** Settings that a deployment may have and wrangler.toml does not name: there they would be set anew by every deployment. */
declare namespace Cloudflare {
  interface Env {
    PUBLIC_URL?: string;
    LOG_SHARE?: string;
    /** The network, where the Worker is not run by Cloudflare (scripts/bundle.mjs). */
    INTERNET?: Fetcher;
  }
}
