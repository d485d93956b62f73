/** What people say goes before what is reported of our own messages, so that a reply waits behind no campaign's reports. */
export const ranks = { said: 0, reported: 1 } as const;
export type Rank = (typeof ranks)[keyof typeof ranks];

/** A delivery by its place in what a webhook is owed, as a row has it; `chat` is the conversation that its event is about, where it is about one. */
export type PlaceRow = {
  webhook: string;
  rank: Rank;
  due_at: number;
  event: number;
  attempt: number;
  chat: string | null;
};

/** The same as it is remembered; `inEvent` where it stands in its event's row and has none of its own, `own`: the webhook gets bytes of its own. */
export type OwedPlace = PlaceRow & { inEvent?: { own: boolean } };

/** What a webhook still has to get. `body` stands only where the receiver's format is not that of the event itself. */
export type OwedRow = PlaceRow & { body: string | null };
