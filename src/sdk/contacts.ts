import { type List, makeList } from "./pages.ts";
import type { Answer, Ask, CallOptions } from "./transport.ts";
import type { Calls, Contact, ContactsPage } from "./wire.ts";

type ListQuery = Omit<Calls["listContacts"]["query"], "offset">;

/** People, as this key knows them. */
export class Contacts {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Lists the contacts. */
  list(query: ListQuery = {}, options?: CallOptions): List<ContactsPage, Contact> {
    return makeList(
      (offset) =>
        this.#ask("listContacts", { query: { ...query, ...(offset === undefined ? {} : { offset }) } }, options),
      (page) => page.contacts,
    );
  }

  /** Returns a contact, by its id or address. */
  get(contactId: string, options?: CallOptions): Promise<Answer<"getContact">> {
    return this.#ask("getContact", { params: { contactId } }, options);
  }

  /** Makes a contact. */
  create(contact: Calls["createContact"]["body"], options?: CallOptions): Promise<Answer<"createContact">> {
    return this.#ask("createContact", { body: contact }, options);
  }

  /** Changes a contact. */
  update(
    contactId: string,
    change: Calls["updateContact"]["body"],
    options?: CallOptions,
  ): Promise<Answer<"updateContact">> {
    return this.#ask("updateContact", { params: { contactId }, body: change }, options);
  }

  /** Forgets a contact's name and tags; its messages stay. */
  delete(contactId: string, options?: CallOptions): Promise<Answer<"deleteContact">> {
    return this.#ask("deleteContact", { params: { contactId } }, options);
  }

  /** Returns what a contact agreed to, newest first. */
  optIns(
    contactId: string,
    query: Calls["listContactOptIns"]["query"] = {},
    options?: CallOptions,
  ): Promise<Answer<"listContactOptIns">> {
    return this.#ask("listContactOptIns", { params: { contactId }, query }, options);
  }

  /** Writes down that a contact agreed: when, where and by which words. */
  addOptIn(
    contactId: string,
    optIn: Calls["addContactOptIn"]["body"],
    options?: CallOptions,
  ): Promise<Answer<"addContactOptIn">> {
    return this.#ask("addContactOptIn", { params: { contactId }, body: optIn }, options);
  }
}
