import { DurableObject } from "cloudflare:workers";
import type { Hono } from "hono";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { isSandboxMac } from "../../domain/sandbox-mac.ts";
import { writeInbound } from "./inbound.ts";
import { listHooks, nextMacStep, playMacSteps, writeTo } from "./mac/play.ts";
import { sandboxMacApi } from "./mac/rest.ts";
import { isSandboxAgent, isSandboxWhatsApp } from "./magic.ts";
import { sandboxApi } from "./rest.ts";
import { findInboundUrl, findNumber, nextDue } from "./store.ts";
import { migrate } from "./tables.ts";
import { playDue, type SandboxAccount } from "./timeline.ts";

const accountKey = "account";
const macKey = "mac";
const afterFailureMs = 5_000;

/** A Twilio account that exists only here: one object per account SID. It takes messages by Twilio's REST calls and sends the callbacks back through the Worker's own door. */
export class Sandbox extends DurableObject<Cloudflare.Env> {
  readonly #api: Hono;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    if (this.#account() !== null) migrate(ctx.storage, Date.now(), 0);
    if (this.#isMac()) migrate(ctx.storage, Date.now(), null);
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
    const isAgent = isSandboxAgent(to);
    if (!isAgent && !isSandboxWhatsApp(to) && findNumber(sql, to) === null) {
      return fail("not_found", `${to} is not a number of the sandbox.`);
    }
    if (findInboundUrl(sql, to) === "") {
      return fail("invalid_request", `${to} has no webhook at the sandbox: import the number first.`);
    }
    const person = isAgent && from.startsWith("+") ? `rcs:${from}` : from;
    const message = writeInbound(sql, { from: person, to, text, media: Math.min(media.length, 10) }, Date.now());
    await this.#arm();
    return ok({ messageSid: message.sid });
  }

  override async fetch(request: Request): Promise<Response> {
    return isSandboxMac(request.url) ? this.#openMac(request) : this.#api.fetch(request);
  }

  /** A Mac of the sandbox is there as soon as it is asked for; the block of its organization stands in its address. */
  async #openMac(request: Request): Promise<Response> {
    const block = Number(new URL(request.url).pathname.split("/")[1]);
    if (!this.#isMac()) migrate(this.ctx.storage, Date.now(), null);
    this.ctx.storage.kv.put(macKey, block);
    return sandboxMacApi({ sql: this.ctx.storage.sql, block, arm: () => this.#arm() }).fetch(request);
  }

  /** Writes to an address of the sandbox's Mac as a person would. */
  async composeOnLine(inbound: {
    from: string;
    to: string;
    text: string;
    media?: readonly string[];
  }): Promise<Result<{ messageSid: string }>> {
    if (!this.#isMac()) return fail("not_found", "The sandbox's Mac is not connected.");
    const { from, to, text, media = [] } = inbound;
    const told = writeTo(this.ctx.storage.sql, to, { from, text, media: Math.min(media.length, 10) }, Date.now());
    await this.#ringHooks([told]);
    return ok({ messageSid: told.data.guid });
  }

  override async alarm(): Promise<void> {
    const account = this.#account();
    try {
      if (this.#isMac()) {
        await this.#ringHooks(playMacSteps(this.ctx.storage.sql, Date.now()));
        await this.#arm();
      }
      if (account === null) return;
      const knock = (request: Request) => this.#knock(request);
      await playDue({ sql: this.ctx.storage.sql, account, knock }, Date.now());
      await this.#arm();
    } catch (error) {
      console.error(JSON.stringify({ event: "sandbox.alarm_failed", error: String(error) }));
      await this.ctx.storage.setAlarm(Date.now() + afterFailureMs).catch(() => {});
    }
  }

  async #ringHooks(news: { type: string; data: unknown }[]): Promise<void> {
    const hooks = listHooks(this.ctx.storage.sql);
    const rings = news.flatMap((one) => hooks.map(({ url }) => ({ url, body: JSON.stringify(one) })));
    for (const { url, body } of rings) {
      // As the server does: once, and whatever comes of it.
      const answer = await this.#knock(new Request(url, { method: "POST", body })).catch(() => null);
      await answer?.body?.cancel();
    }
  }

  #isMac(): boolean {
    return this.ctx.storage.kv.get(macKey) !== undefined;
  }

  async #arm(): Promise<void> {
    const { sql } = this.ctx.storage;
    const due = this.#isMac() ? nextMacStep(sql) : nextDue(sql);
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
