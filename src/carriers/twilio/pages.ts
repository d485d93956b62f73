import type * as z from "zod";
import type { CarrierResult } from "../carrier.ts";
import type { Login } from "./account.ts";
import { accountPath, call, readAnswer, type Wire } from "./call.ts";

type Page<T> = { items: T[]; next: string | null };

const maxPages = 50;
const maxPageBytes = 4 * 1024 * 1024;

/** How many items a page is asked for: few enough for 4 MiB even when every text is as long as it may be. */
export const pageSize = 200;

/** Follows a list from its first page until the end or until `enough` says so of a page; a page that cannot be had or read fails the whole list, so that a part never passes for all. */
export async function readPages<T>(
  wire: Wire,
  login: Login,
  firstPath: string,
  shape: z.ZodType<Page<T>>,
  enough: (items: T[]) => boolean = () => false,
): Promise<CarrierResult<T[]>> {
  const all: T[] = [];
  let path: string | null = firstPath;
  for (let page = 0; page < maxPages; page += 1) {
    const read: CarrierResult<Page<T>> = readAnswer(await call(wire, login, { path, maxBytes: maxPageBytes }), shape);
    if (!read.ok) return read;
    all.push(...read.value.items);
    if (read.value.next === null || enough(read.value.items)) return { ok: true, value: all };
    path = stayHome(read.value.next, login);
    if (path === null) return incomplete("Twilio's next page lies outside of the account.");
  }
  return incomplete(`The list is longer than ${maxPages} pages.`);
}

/** Credentials follow a page only within the account's own resources; its host is never taken over. */
function stayHome(uri: string, login: Login): string | null {
  const url = URL.parse(uri, "https://api.twilio.com");
  if (url === null || !url.pathname.startsWith(`${accountPath(login)}/`)) return null;
  return url.pathname + url.search;
}

function incomplete(message: string): CarrierResult<never> {
  return { ok: false, refusal: { status: null, code: null, message } };
}
