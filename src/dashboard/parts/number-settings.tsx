import { type FormEvent, useState } from "react";
import { type ManagedNumber, useChangeNumber, useReleaseNumber } from "../queries/numbers.ts";
import { Confirm } from "./confirm.tsx";
import { Dialog } from "./dialog.tsx";
import { Select, TextField } from "./field.tsx";
import { useNotice } from "./notices.tsx";
import { PhoneNumber } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";

const types = ["shared", "dedicated", "inbound", "trial", "2fa"] as const;
const meanings: Record<(typeof types)[number], string> = {
  dedicated: "dedicated: yours alone",
  shared: "shared: others send from it too",
  inbound: "inbound: answers only those who wrote first",
  trial: "trial: a number of a trial account",
  "2fa": "2fa: for codes",
};

/** What can be said of a number beside its key, and the way out for it. */
export function NumberSettings({ number, onClose }: { number: ManagedNumber; onClose: () => void }) {
  const { mutate, error, isPending } = useChangeNumber();
  const [isReleasing, setReleasing] = useState(false);
  const isLine = number.channel === "imessage";
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const pace = String(form.get("pace")).trim();
    const service = String(form.get("service")).trim();
    const change = {
      messages_per_second: pace === "" ? null : Number(pace),
      type: types.find((type) => type === form.get("type")) ?? number.type,
      ...(isLine ? { caps: readCaps(form) } : { messaging_service_sid: service === "" ? null : service }),
    };
    mutate(
      { number: number.phone_number, change },
      {
        onSuccess: () => {
          notify("Saved, and in force.");
          onClose();
        },
      },
    );
  }
  if (isReleasing) return <ReleaseNumber number={number} onClose={onClose} />;
  return (
    <Dialog title="Change a number" onClose={onClose}>
      <p>
        <PhoneNumber address={number.phone_number} copies />
      </p>
      <form onSubmit={submit}>
        <TextField
          label="Pace, in messages a second"
          name="pace"
          type="number"
          min="0.01"
          max="1000"
          step="any"
          defaultValue={number.messages_per_second ?? ""}
          hint={
            isLine
              ? "Empty: unlimited. What comes faster waits its turn; more than 1 a second endangers an Apple ID."
              : "Empty: unlimited. What comes faster waits its turn. A US long code carries about 1 a second."
          }
        />
        <Select
          label="Type"
          name="type"
          defaultValue={number.type}
          options={types.map((value) => ({ value, label: meanings[value] }))}
        />
        {isLine ? (
          <CapFields number={number} />
        ) : (
          <TextField
            label="Messaging Service SID"
            name="service"
            className="mono"
            pattern="\s*MG[0-9a-fA-F]{32}\s*"
            title="MG and 32 hexadecimal digits"
            defaultValue={number.messaging_service_sid ?? ""}
            hint="Of this number's 10DLC registration. Empty: the account's."
          />
        )}
        <Problem error={error} />
        <div className="row apart">
          <button type="button" className="danger" onClick={() => setReleasing(true)}>
            Release the number
          </button>
          <button type="submit" disabled={isPending}>
            {isPending ? "Saving …" : "Save"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const caps = {
  new_contacts_per_hour: "New people an hour",
  new_contacts_per_day: "New people a day",
  unanswered: "Unanswered messages to one person",
} as const;
type Cap = keyof typeof caps;
const capNames = Object.keys(caps) as Cap[];

/** What keeps the Apple ID of a line alive. */
function CapFields({ number }: { number: ManagedNumber }) {
  return (
    <>
      {capNames.map((name) => (
        <TextField
          key={name}
          label={caps[name]}
          name={name}
          type="number"
          min="1"
          max="100000"
          step="1"
          defaultValue={number.caps?.[name] ?? ""}
          hint="Empty: no cap."
        />
      ))}
    </>
  );
}

function readCaps(form: FormData): Record<Cap, number | null> {
  const read = (name: Cap) => (form.get(name) === "" ? null : Number(form.get(name)));
  return {
    new_contacts_per_hour: read("new_contacts_per_hour"),
    new_contacts_per_day: read("new_contacts_per_day"),
    unanswered: read("unanswered"),
  };
}

function ReleaseNumber({ number, onClose }: { number: ManagedNumber; onClose: () => void }) {
  const { mutate, error, isPending } = useReleaseNumber();
  const isLine = number.channel === "imessage";
  const notify = useNotice();
  function release() {
    mutate(number.phone_number, {
      onSuccess: ({ webhooks_restored: restored }) => {
        notify(
          restored === false
            ? `${number.phone_number} is released. Not all of its former webhooks were set again: somebody changed them meanwhile, or they could not be. Look after them at Twilio.`
            : `${number.phone_number} is released${isLine ? "." : ", and its former webhooks stand again."}`,
        );
        onClose();
      },
    });
  }
  return (
    <Confirm
      title="Release this number?"
      action="Release it"
      name={number.phone_number}
      isBusy={isPending}
      error={error}
      onConfirm={release}
      onClose={onClose}
    >
      <ul>
        {number.api_key_id !== null && <li>Its API key cannot send from it any more.</li>}
        <li>What still waits to leave from it fails, and says so.</li>
        <li>What people write to it does not arrive here any more.</li>
        {isLine ? (
          <li>On the Mac nothing changes: its Apple ID keeps the address.</li>
        ) : (
          <li>The webhooks that stood at Twilio before the import are set again. You keep the number at Twilio.</li>
        )}
      </ul>
    </Confirm>
  );
}
