export type Page = { limit: number; offset: number };

/** A contact as the contacts' pages show it: `id` is the phone number or email address itself. */
export type ContactTag = { tag: string; createdAt: number };
export type ContactView = {
  id: string;
  contactId: string;
  name: string | null;
  type: "phone" | "email";
  createdAt: number;
  lastMessageAt: number | null;
  /** The time zone that was set for it, null where that of its number counts; a pool of before does not say. */
  timeZone?: string | null;
  tags: ContactTag[];
};
export type ContactPage = Page & { q: string | null; sort: "recent" | "oldest" | "name_asc" | "name_desc" };
