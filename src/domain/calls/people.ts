/** Contacts, whom they are assigned to, and who wants no more. */

/** What was erased of a person; `keptOptOut`: that they opted out is still known. */
export type ErasedContact = { erasedAt: number; messages: number; events: number; keptOptOut: boolean };

export type ContactCapabilities = {
  contact: string;
  type: "phone" | "email";
  sms: boolean;
  whatsapp: boolean;
  /** On a key with iMessage lines: what the Mac said; a pool of before does not say. */
  imessage?: boolean;
  facetime?: boolean;
  checkedAt: number;
};

/** A contact that is sticky to a number, since when. */
export type Assignment = { contact: string; phoneNumber: string; assignedAt: number };

export type AssignmentWish = Pick<Assignment, "contact" | "phoneNumber">;

/** A contact that wants no more messages, by what that is known, and since when. */
export type OptOut = { contact: string; source: string; optedOutAt: number };
