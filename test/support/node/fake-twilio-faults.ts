/** What a stand-in can be told to do instead of answering properly. `taken` says whether the message goes out all the same. */
export type Fault =
  | { kind: "rate_limit"; retryAfter?: string }
  | { kind: "refuse"; status: number; code: number; message: string }
  | { kind: "error"; status: number; taken: boolean }
  | { kind: "reset"; taken: boolean; acceptedAfterMs?: number }
  | { kind: "hang"; taken: boolean; acceptedAfterMs?: number }
  | {
      kind: "answer";
      status: number;
      contentType?: string;
      body: string;
      taken: boolean;
      headers?: Record<string, string>;
    }
  | { kind: "bad_sid"; sid: string | null }
  | { kind: "truncated" }
  | { kind: "drip"; everyMs: number }
  | { kind: "callback_first"; answerAfterMs: number };

/** Which requests a fault meets: all given parts must fit. `index` counts the create calls from 0; `call` defaults to `create`. */
export type FaultMatch = {
  call?: "create" | "list" | "fetch" | "numbers" | "account";
  index?: number;
  to?: string;
  from?: string;
  body?: string;
};

type Planned = { match: FaultMatch; fault: Fault; left: number };
export type Seen = { call: NonNullable<FaultMatch["call"]>; index: number; to: string; from: string; body: string };

/** Keeps the faults that tests have planned, and hands each out as often as it was asked for. */
export function planFaults() {
  const planned: Planned[] = [];
  let choose: (seen: Seen) => Fault | null = () => null;
  return {
    add(match: FaultMatch, fault: Fault, times: number) {
      planned.push({ match, fault, left: times });
    },
    chooseBy(chooser: (seen: Seen) => Fault | null) {
      choose = chooser;
    },
    take(seen: Seen): Fault | null {
      const found = planned.find(({ match, left }) => left > 0 && fits(match, seen));
      if (found === undefined) return choose(seen);
      found.left -= 1;
      return found.fault;
    },
  };
}

function fits(match: FaultMatch, seen: Seen): boolean {
  const { call = "create", index, to, from, body } = match;
  return (
    call === seen.call &&
    (index === undefined || index === seen.index) &&
    (to === undefined || to === seen.to) &&
    (from === undefined || from === seen.from) &&
    (body === undefined || body === seen.body)
  );
}
