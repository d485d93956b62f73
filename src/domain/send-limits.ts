/** How much a key may send within a time, null: as much as it likes. `rangeDigits`: the numbers of a range differ in so many last digits. */
export type SendLimits = {
  /** Messages to one recipient. */
  recipientPerHour: number | null;
  recipientPerDay: number | null;
  /** People of one range. */
  rangePerHour: number | null;
  rangeDigits: number;
  /** Messages to one country within a day of UTC. */
  countryPerDay: number | null;
  /** People to whom or from whom there was no message before. */
  newContactsPerHour: number | null;
};

export const noSendLimits: SendLimits = {
  recipientPerHour: null,
  recipientPerDay: null,
  rangePerHour: null,
  rangeDigits: 3,
  countryPerDay: null,
  newContactsPerHour: null,
};

/** A range is a hundred to ten thousand numbers. */
export const rangeDigits = { least: 2, most: 4 } as const;
export const mostOfLimit = 1_000_000;
