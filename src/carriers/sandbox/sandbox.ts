import { DurableObject } from "cloudflare:workers";
import type { Hono } from "hono";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { writeInbound } from "./inbound.ts";
import { isSandboxWhatsApp } from "./magic.ts";
import { sandboxApi } from "./rest.ts";
import { findInboundUrl, findNumber, nextDue } from "./store.ts";
import { migrate } from "./tables.ts";
import { playDue, type SandboxAccount } from "./timeline.ts";

const accountKey = "account";
const afterFailureMs = 5_000;

/** A Twilio account that exists only here: one object per account SID. It takes messages by Twilio's REST calls and sends the callbacks back through the Worker's own door. */
export class Sandbox extends DurableObject<Cloudflare.Env> {
  readonly #api: Hono;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    if (this.#account() !== null) migrate(ctx.storage, Date.now(), 0);
    this.#api = sandboxApi({ sql: ctx.storage.sql, account: () => this.#account(), arm: () => this.#arm() });
  }

  /** Opens the account with the numbers of its block, or gives an open one another auth token; the object must be named by the account SID. */
  async open({ accountSid, authToken, block }: SandboxAccount & { block: number }): Promise<Result<null>> {
    if (this.ctx.id.name !== accountSid) return fail("invalid_request", "The sandbox belongs to another account.");
    migrate(this.ctx.storage, Date.now(), block);
    this.ctx.storage.kv.put(accountKey, { accountSid, authToken });
    return ok(null);
  }

  /** Writes to one of the sandbox's numbers as a person would; returns the message's id, its callback is on its way. */
  async composeInbound(inbound: {
    from: string;
    to: string;
    text: string;
    media?: readonly string[];
  }): Promise<Result<{ messageSid: string }>> {
    const { from, to, text, media = [] } = inbound;
    if (this.#account() === null) return fail("not_found", "The sandbox account is not open.");
    const { sql } = this.ctx.storage;
    if (!isSandboxWhatsApp(to) && findNumber(sql, to) === null) {
      return fail("not_found", `${to} is not a number of the sandbox.`);
    }
    if (findInboundUrl(sql, to) === "") {
      return fail("invalid_request", `${to} has no webhook at the sandbox: import the number first.`);
    }
    const message = writeInbound(sql, { from, to, text, media: Math.min(media.length, 10) }, Date.now());
    await this.#arm();
    return ok({ messageSid: message.sid });
  }

  override async fetch(request: Request): Promise<Response> {
    return this.#api.fetch(request);
  }

  override async alarm(): Promise<void> {
    const account = this.#account();
    if (account === null) return;
    try {
      const knock = (request: Request) => this.#knock(request);
      await playDue({ sql: this.ctx.storage.sql, account, knock }, Date.now());
      await this.#arm();
    } catch (error) {
      console.error(JSON.stringify({ event: "sandbox.alarm_failed", error: String(error) }));
      await this.ctx.storage.setAlarm(Date.now() + afterFailureMs).catch(() => {});
    }
  }

  async #arm(): Promise<void> {
    const due = nextDue(this.ctx.storage.sql);
    if (due !== null) await this.ctx.storage.setAlarm(Math.max(due, Date.now()));
  }

  /** In process: the Worker's own entry, no network. */
  async #knock(request: Request): Promise<Response> {
    return this.ctx.exports.default.fetch(request);
  }

  #account(): SandboxAccount | null {
    return this.ctx.storage.kv.get<SandboxAccount>(accountKey) ?? null;
  }
}
