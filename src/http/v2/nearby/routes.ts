import type { Context, Hono } from "hono";
import { fail, type Result } from "../../../domain/failure.ts";
import type { LineAnswer, LineCall, LocationView } from "../../../domain/line-calls.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { getMyContactCard } from "../me/contract.ts";
import { callFaceTime, getLocationContact, listLocationContacts, refreshLocationContacts } from "./contract.ts";

/** Registers what a line is asked outside of conversations: its card, a FaceTime link, where friends are. */
export function mountNearby(router: Hono<Edge>): void {
  mountPlaces(router);
  mount(
    router,
    getMyContactCard,
    async ({ params, reply }, c) => {
      const answer = await callLine(c, { kind: "contact_card", number: params.number });
      if (!answer.ok) return answer;
      const { number, name, avatar } = answer.value;
      return reply(200, { phone_number: number, name, avatar });
    },
    apiKeyGuard,
  );
  mount(
    router,
    callFaceTime,
    async ({ body, reply }, c) => {
      const answer = await callLine(c, { kind: "facetime", handle: body.handle });
      return answer.ok ? reply(200, { success: true, link: answer.value.link, handle: answer.value.handle }) : answer;
    },
    apiKeyGuard,
  );
}

function mountPlaces(router: Hono<Edge>): void {
  mount(
    router,
    listLocationContacts,
    async ({ reply }, c) => {
      const answer = await callLine(c, { kind: "locations", refresh: false, handle: null });
      return answer.ok ? reply(200, { friends: answer.value.friends.map(toPlace) }) : answer;
    },
    apiKeyGuard,
  );
  mount(
    router,
    getLocationContact,
    async ({ params, reply }, c) => {
      const answer = await callLine(c, { kind: "locations", refresh: false, handle: params.handle });
      if (!answer.ok) return answer;
      const [friend] = answer.value.friends;
      return friend === undefined ? fail("not_found") : reply(200, toPlace(friend));
    },
    apiKeyGuard,
  );
  mount(
    router,
    refreshLocationContacts,
    async ({ reply }, c) => {
      const answer = await callLine(c, { kind: "locations", refresh: true, handle: null });
      return answer.ok ? reply(200, { success: true, friends: answer.value.friends.map(toPlace) }) : answer;
    },
    apiKeyGuard,
  );
}

async function callLine<K extends LineCall["kind"]>(
  c: Context<Edge>,
  call: Extract<LineCall, { kind: K }>,
): Promise<Result<Extract<LineAnswer, { kind: K }>>> {
  const credential = credentialOf(c);
  const answer = await askPool(c.get("deps"), credential.keyId, (pool) => pool.callLine(credential, call));
  if (!answer.ok) return answer;
  const { value } = answer;
  if (!isOf(value, call.kind as K)) throw new TypeError(`A line answered ${value.kind} where ${call.kind} was asked.`);
  return { ok: true, value };
}

function isOf<K extends LineAnswer["kind"]>(value: LineAnswer, kind: K): value is Extract<LineAnswer, { kind: K }> {
  return value.kind === kind;
}

function toPlace({ handle, coordinates, status, lastUpdated }: LocationView) {
  return { handle, coordinates: [...coordinates], status, last_updated: lastUpdated };
}
