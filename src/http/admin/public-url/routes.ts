import type { Hono } from "hono";
import { repairNumbers } from "../../../flows/accounts/repair-numbers.ts";
import { describePublicUrl, type PublicUrlState, setPublicUrl } from "../../../flows/set-public-url.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { getPublicUrl, putPublicUrl, repairPublicUrl } from "./contract.ts";

/** Registers the calls about the address at which the world reaches the gateway. */
export function mountPublicUrl(router: Hono<Edge>): void {
  mount(
    router,
    getPublicUrl,
    async ({ reply }, c) => reply(200, toPublicUrl(await describePublicUrl(c.get("deps")))),
    adminGuard,
  );

  mount(
    router,
    putPublicUrl,
    async ({ body, reply }, c) => {
      const set = await setPublicUrl(c.get("deps"), body.url);
      return set.ok ? reply(200, toPublicUrl(set.value)) : set;
    },
    adminGuard,
  );

  mount(
    router,
    repairPublicUrl,
    async ({ reply }, c) => {
      const done = await repairNumbers(c.get("deps"), "");
      if (!done.ok) return done;
      const { repaired, failed, goesOn } = done.value;
      return reply(200, {
        repaired,
        failed: failed.map(({ phoneNumber, code, message }) => ({ phone_number: phoneNumber, code, message })),
        goes_on: goesOn,
      });
    },
    adminGuard,
  );
}

function toPublicUrl({ url, source, changeable, former, numbersBehind, phoneNumbersBehind }: PublicUrlState) {
  return { url, source, changeable, former, numbers_behind: numbersBehind, phone_numbers_behind: phoneNumbersBehind };
}
