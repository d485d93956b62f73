import { type AdminCalls, routes } from "./admin-wire.ts";
import { type AskOf, makeAskOf, readEnvironment, type TrunklineOptions } from "./transport.ts";

export type AdminOptions = Omit<TrunklineOptions, "apiKey"> & {
  /** The gateway's admin token; else the environment's `ADMIN_TOKEN`. */
  adminToken?: string;
};
export type AdminAnswer<N extends keyof AdminCalls> = AdminCalls[N]["answer"];

/** A Trunkline gateway, as its operator sees it: every call of the admin API by its operation's name. Every failed call throws a `TrunklineError`. */
export class TrunklineAdmin {
  readonly call: AskOf<AdminCalls>;

  /** Throws a TypeError when there is no token, or the address is none. */
  constructor(options: AdminOptions = {}) {
    const credential = options.adminToken ?? readEnvironment().ADMIN_TOKEN ?? "";
    if (credential === "") throw new TypeError("No admin token: give adminToken, or set ADMIN_TOKEN.");
    this.call = makeAskOf<AdminCalls>(options, { routes, basePath: "/admin/api", credential });
  }
}

export type * from "./admin-wire.ts";
export { TrunklineError } from "./error.ts";
