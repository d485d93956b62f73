import type { Context } from "hono";
import { Hono } from "hono";
import * as z from "zod";
import { hasLiveAccount } from "../../directory/accounts.ts";
import { fail, type Result } from "../../domain/failure.ts";
import { checkSession, endSession, openSession, redeemClaim } from "../../flows/sessions/session.ts";
import { jsonBodyLimit, readJson } from "../body.ts";
import { type Edge, isAdminToken } from "../edge.ts";
import { failureResponse } from "../errors.ts";
import { clearSessionCookie, isSameOrigin, readSessionCookie, setSessionCookie } from "../session-cookie.ts";

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const signedOut = "You are signed out: sign in with the admin token or a sign-in link.";
const SignIn = z.union([
  z.strictObject({ token: z.string().max(512) }),
  z.strictObject({ claim: z.string().max(512) }),
]);

/** Registers the dashboard: its session calls, and the shell that answers every other path below `/app`. */
export function appDoor(version: string): Hono<Edge> {
  const router = new Hono<Edge>();
  router.use("/session", async function neverStore(c, next) {
    await next();
    c.header("Cache-Control", "no-store");
  });
  router.post("/session", signIn);
  router.get("/session", async (c) => {
    const cookie = readSessionCookie(c);
    const endsAt = cookie === undefined ? null : await checkSession(c.get("deps"), c.get("adminToken"), cookie);
    if (endsAt === null) return failureResponse(c, fail("unauthorized", signedOut).failure);
    return c.json({ expires_at: endsAt, version, sandbox_only: !(await hasLiveAccount(c.get("deps").db)) });
  });
  router.delete("/session", signOut);
  router.all("/session", (c) => {
    c.header("Allow", "GET, HEAD, POST, DELETE");
    const words = `This path does not take ${c.req.method}: use POST or GET or DELETE.`;
    return failureResponse(c, fail("method_not_allowed", words).failure);
  });
  router.get("*", shell);
  return router;
}

async function signIn(c: Context<Edge>): Promise<Response> {
  if (!isSameOrigin(c)) return refuse(c, fail("forbidden", "Sign in from the dashboard's own page."));
  if (!/^application\/json\b/i.test(c.req.header("Content-Type") ?? ""))
    return refuse(c, fail("unsupported_media_type"));
  const deps = c.get("deps");
  if (!(await deps.admitSignIn(c.req.header("CF-Connecting-IP") ?? "unknown"))) {
    return refuse(c, fail("rate_limited", "Too many attempts to sign in: wait a minute.", undefined, 60));
  }
  const read = await readJson(c.req.raw, jsonBodyLimit);
  if (!read.ok) return refuse(c, read);
  const given = SignIn.safeParse(read.value.value);
  if (!given.success) return refuse(c, fail("invalid_request", "Send either token or claim."));
  const allowed = await proveAdmin(c, given.data);
  if (!allowed.ok) return refuse(c, allowed);
  const { cookie, endsAt } = await openSession(deps, c.get("adminToken"));
  setSessionCookie(c, cookie);
  return c.json({ expires_at: endsAt });
}

async function proveAdmin(c: Context<Edge>, given: z.output<typeof SignIn>): Promise<Result<null>> {
  if ("claim" in given) return redeemClaim(c.get("deps"), c.get("adminToken"), given.claim);
  if (await isAdminToken(c, given.token.trim())) return { ok: true, value: null };
  return fail("unauthorized", "This is not the admin token: it is the gateway's setting ADMIN_TOKEN.");
}

async function signOut(c: Context<Edge>): Promise<Response> {
  if (!isSameOrigin(c)) return refuse(c, fail("forbidden", "Sign out from the dashboard's own page."));
  const { deps, adminToken } = { deps: c.get("deps"), adminToken: c.get("adminToken") };
  const cookie = readSessionCookie(c);
  const isOpen = cookie !== undefined && (await checkSession(deps, adminToken, cookie)) !== null;
  if (isOpen) await endSession(deps, cookie, c.req.query("all") === "1");
  clearSessionCookie(c);
  return c.body(null, 204);
}

async function shell(c: Context<Edge>): Promise<Response> {
  const page = await c.get("deps").readAsset("/app/");
  const headers = new Headers({
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": pagePolicy,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
  });
  return new Response(page.body, { status: page.status, headers });
}

function refuse(c: Context<Edge>, refused: Result<unknown>): Response {
  return refused.ok ? c.body(null, 204) : failureResponse(c, refused.failure);
}
