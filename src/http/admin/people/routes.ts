import type { Hono } from "hono";
import type { Assignment, AssignmentWish, OptOut } from "../../../domain/calls/people.ts";
import type { Result } from "../../../domain/failure.ts";
import { importAssignments } from "../../../flows/numbers/import-assignments.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import { askKey, readKey } from "../ask-key.ts";
import * as operations from "./contract.ts";

/** Registers the calls about a pool's people: who is sticky to which number, and who opted out. */
export function mountPeople(router: Hono<Edge>): void {
  mountAssignments(router);
  mountOptOuts(router);
}

function toAssignment({ contact, phoneNumber, assignedAt }: Assignment) {
  return { contact, phone_number: phoneNumber, assigned_at: assignedAt };
}

function toWish(given: { contact: string; phone_number: string }): AssignmentWish {
  return { contact: given.contact, phoneNumber: given.phone_number };
}

function toResult(answer: Result<Assignment>, index: number, wish: AssignmentWish | undefined) {
  if (answer.ok) {
    const { contact, phoneNumber } = answer.value;
    return { index, contact, phone_number: phoneNumber, status: "assigned" as const };
  }
  const { code, message } = answer.failure;
  const asked = { contact: wish?.contact ?? "", phone_number: wish?.phoneNumber ?? "" };
  return { index, ...asked, status: "failed" as const, code, message };
}

function toOptOut({ contact, source, optedOutAt }: OptOut) {
  return { contact, source, opted_out_at: optedOutAt };
}

function mountAssignments(router: Hono<Edge>): void {
  mount(
    router,
    operations.listAssignments,
    async ({ params, query, reply }, c) => {
      const asked = { limit: query.limit, offset: query.offset, contact: query.contact ?? null };
      const page = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.listAssignments(asked));
      if (!page.ok) return page;
      const { assignments, total } = page.value;
      return reply(200, { assignments: assignments.map(toAssignment), pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.setAssignment,
    async ({ params, body, reply }, c) => {
      const deps = c.get("deps");
      const wishes = (body.assignments ?? []).map(toWish);
      if (wishes.length === 0) {
        const { contact = "", phone_number = "" } = body;
        const set = await askKey(deps, params.apiKeyId, (pool) => pool.setAssignment(contact, phone_number));
        return set.ok ? reply(200, toAssignment(set.value)) : set;
      }
      const key = await readKey(deps, params.apiKeyId);
      const imported = key.ok ? await importAssignments(deps, params.apiKeyId, wishes) : key;
      if (!imported.ok) return imported;
      return reply(200, { results: imported.value.map((answer, index) => toResult(answer, index, wishes[index])) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.resetAssignment,
    async ({ params, query, reply }, c) => {
      const reset = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.resetAssignment(query.contact));
      return reset.ok ? reply(200, { success: true }) : reset;
    },
    adminGuard,
  );
}

function mountOptOuts(router: Hono<Edge>): void {
  mount(
    router,
    operations.listOptOuts,
    async ({ params, query, reply }, c) => {
      const page = await askKey(c.get("deps"), params.apiKeyId, (pool) =>
        pool.listOptOuts({ limit: query.limit, offset: query.offset, contact: query.contact ?? null }),
      );
      if (!page.ok) return page;
      const { optOuts, total } = page.value;
      return reply(200, { opt_outs: optOuts.map(toOptOut), pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.addOptOut,
    async ({ params, body, reply }, c) => {
      const out = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.setOptOut(body.contact, "admin"));
      return out.ok ? reply(201, toOptOut(out.value)) : out;
    },
    adminGuard,
  );

  mount(
    router,
    operations.removeOptOut,
    async ({ params, query, reply }, c) => {
      const lifted = await askKey(c.get("deps"), params.apiKeyId, (pool) => pool.liftOptOut(query.contact));
      return lifted.ok ? reply(200, { success: true }) : lifted;
    },
    adminGuard,
  );
}
