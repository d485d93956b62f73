import { type FormEvent, useState } from "react";
import type { Given } from "../../api.ts";
import { type Key, useChangeKey } from "../../queries/key.ts";
import { Switch, TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";
import { DurationField } from "./duration-field.tsx";
import { FallbackField, fallbackChoice, readFallbackChoice } from "./fallback-field.tsx";
import {
  countryName,
  type Duration,
  joinDuration,
  type LimitName,
  limitFields,
  readCap,
  readCountries,
  readLimits,
  readQuietHours,
  splitDuration,
} from "./settings-fields.ts";

type Change = Given<"updateApiKey">["body"];
type Draft = {
  name: string;
  countries: string;
  cap: string;
  waiting: Duration;
  offline: Duration;
  shorten_links: boolean;
  resend_unknown: boolean;
  move_waiting: boolean;
  split_long_texts: boolean;
  may_send_twice: boolean;
  quietFrom: string;
  quietTo: string;
  limits: Record<LimitName, string>;
  pause_itself: boolean;
  fallback: string;
};

const switches = [
  "shorten_links",
  "resend_unknown",
  "move_waiting",
  "split_long_texts",
  "may_send_twice",
  "pause_itself",
] as const;
const aDay = 86_400;
const limits = { least: 60, most: 604_800 };

function draftOf(key: Key): Draft {
  return {
    name: key.name,
    countries: key.allowed_countries?.join(", ") ?? "",
    cap: key.daily_cap === null ? "" : String(key.daily_cap),
    waiting: splitDuration(key.waiting_limit_seconds ?? aDay),
    offline: splitDuration(key.offline_limit_seconds ?? aDay),
    shorten_links: key.shorten_links ?? false,
    resend_unknown: key.resend_unknown ?? false,
    move_waiting: key.move_waiting ?? false,
    split_long_texts: key.split_long_texts ?? false,
    may_send_twice: key.may_send_twice ?? false,
    quietFrom: key.quiet_hours?.from ?? "",
    quietTo: key.quiet_hours?.to ?? "",
    limits: Object.fromEntries(
      limitFields.map(({ name }) => [name, String(key.velocity?.[name] ?? "")]),
    ) as Draft["limits"],
    pause_itself: key.pause_itself ?? true,
    fallback: fallbackChoice(key),
  };
}

function judgeDuration(duration: Duration): string | null {
  const seconds = joinDuration(duration);
  return seconds === null || seconds < limits.least || seconds > limits.most ? "From one minute to seven days." : null;
}

/** What is wrong with a draft, by its field. */
function judge(draft: Draft) {
  const { wrong } = readCountries(draft.countries);
  return {
    name: draft.name.trim() === "" ? "A key needs a name." : null,
    countries: wrong.length === 0 ? null : `No country: ${wrong.join(", ")}. Write its two letters, for example US.`,
    cap: readCap(draft.cap) === undefined ? "A whole number, or nothing for no cap." : null,
    quiet:
      readQuietHours(draft.quietFrom, draft.quietTo) === undefined
        ? "Two different times, or neither for no quiet hours."
        : null,
    limits: readLimits(draft.limits, null) === undefined ? "Whole numbers, or nothing for no limit." : null,
    waiting: judgeDuration(draft.waiting),
    offline: judgeDuration(draft.offline),
  };
}

function changeOf(draft: Draft, touched: ReadonlySet<keyof Draft>, before: Key["velocity"]): Change {
  const { name } = draft;
  const seconds = (name: "waiting" | "offline") => (touched.has(name) ? joinDuration(draft[name]) : null) ?? undefined;
  return {
    ...(touched.has("name") ? { name: name.trim() } : {}),
    ...(touched.has("countries") ? { allowed_countries: readCountries(draft.countries).codes } : {}),
    waiting_limit_seconds: seconds("waiting"),
    offline_limit_seconds: seconds("offline"),
    ...boundsOf(draft, touched, before),
    ...Object.fromEntries(switches.filter((name) => touched.has(name)).map((name) => [name, draft[name]])),
  };
}

function boundsOf(draft: Draft, touched: ReadonlySet<keyof Draft>, before: Key["velocity"]): Change {
  return {
    ...(touched.has("cap") ? { daily_cap: readCap(draft.cap) ?? null } : {}),
    ...(touched.has("quietFrom") || touched.has("quietTo")
      ? { quiet_hours: readQuietHours(draft.quietFrom, draft.quietTo) ?? null }
      : {}),
    ...(touched.has("limits") ? { velocity: readLimits(draft.limits, before ?? null) ?? null } : {}),
    ...(touched.has("fallback") ? { fallback: readFallbackChoice(draft.fallback) } : {}),
  };
}

/** A key's limits and habits. Only what was touched is sent, so that two people who change different things do not undo each other. */
export function KeySettings({ apiKey }: { apiKey: Key }) {
  const [edits, setEdits] = useState<Partial<Draft>>({});
  const { mutate, isPending, error } = useChangeKey(apiKey.api_key_id);
  const notify = useNotice();
  const draft = { ...draftOf(apiKey), ...edits };
  const faults = judge(draft);
  const touched = new Set(Object.keys(edits) as (keyof Draft)[]);
  const isWrong = Object.values(faults).some((fault) => fault !== null);
  const set =
    <F extends keyof Draft>(field: F) =>
    (value: Draft[F]) =>
      setEdits((before) => ({ ...before, [field]: value }));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isWrong || touched.size === 0) return;
    const sent: Record<string, unknown> = edits;
    mutate(changeOf(draft, touched, apiKey.velocity), {
      onSuccess: () => {
        // What was changed while this was saved is not saved yet.
        setEdits((now) => Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== sent[name])));
        notify("The settings are in force.");
      },
    });
  }
  return (
    <form className="card" onSubmit={submit} aria-labelledby="settings-head">
      <h2 id="settings-head">Settings</h2>
      <SettingsFields apiKey={apiKey} draft={draft} faults={faults} set={set} />
      <Problem error={error} />
      <div className="row">
        <button type="submit" disabled={isPending || isWrong || touched.size === 0}>
          {isPending ? "Saving …" : "Save the settings"}
        </button>
        {touched.size > 0 && (
          <button type="button" className="second" onClick={() => setEdits({})}>
            Put them back
          </button>
        )}
      </div>
    </form>
  );
}

type FieldsProps = {
  apiKey: Key;
  draft: Draft;
  faults: ReturnType<typeof judge>;
  set: <F extends keyof Draft>(field: F) => (value: Draft[F]) => void;
};

function SettingsFields({ apiKey, draft, faults, set }: FieldsProps) {
  const { codes } = readCountries(draft.countries);
  const named = codes?.map((code) => countryName(code) ?? code).join(", ");
  return (
    <div className="form-grid">
      <TextField
        label="Name"
        value={draft.name}
        maxLength={128}
        error={faults.name}
        onChange={({ target }) => set("name")(target.value)}
      />
      <TextField
        label="Countries it may write to"
        value={draft.countries}
        placeholder="Every country"
        hint={named ? `Only to ${named}.` : "Two letters each, for example US, CA. Empty: every country."}
        error={faults.countries}
        onChange={({ target }) => set("countries")(target.value)}
      />
      <TextField
        label="Parts a day"
        value={draft.cap}
        inputMode="numeric"
        placeholder="No cap"
        hint="A text of 160 characters is one part. Days are those of UTC."
        error={faults.cap}
        onChange={({ target }) => set("cap")(target.value)}
      />
      <DurationField
        label="A message may wait for"
        hint="Whatever holds it; then it fails and says why."
        duration={draft.waiting}
        error={faults.waiting}
        onChange={set("waiting")}
      />
      <div className="pair">
        <TextField
          label="Quiet from"
          type="time"
          value={draft.quietFrom}
          hint="By the clock where each recipient is: messages wait, unless they are urgent."
          error={faults.quiet}
          onChange={({ target }) => set("quietFrom")(target.value)}
        />
        <TextField
          label="until"
          type="time"
          value={draft.quietTo}
          onChange={({ target }) => set("quietTo")(target.value)}
        />
      </div>
      {apiKey.protocol !== "twilio" && (
        <>
          <FallbackField apiKey={apiKey} choice={draft.fallback} onChange={set("fallback")} />
          <DurationField
            label="Wait for offline lines"
            hint="Then a message fails and says why. It never leaves from another line."
            duration={draft.offline}
            error={faults.offline}
            onChange={set("offline")}
          />
          <Switch
            label="Send without the Private API"
            hint="A Mac without it may send one message up to three times. Off: its lines only receive."
            checked={draft.may_send_twice}
            onChange={set("may_send_twice")}
          />
        </>
      )}
      <Switch
        label="Shorten links"
        hint="Links in texts become short ones that count clicks."
        checked={draft.shorten_links}
        onChange={set("shorten_links")}
      />
      <Switch
        label="Send again what was not taken"
        hint="Where an answer was lost and Twilio is known not to have taken the message. Off: it fails instead."
        checked={draft.resend_unknown}
        onChange={set("resend_unknown")}
      />
      <Switch
        label="Move what waits to another number"
        hint="Where Twilio refuses the account of the number it waits on, unless its sender was asked for by name."
        checked={draft.move_waiting}
        onChange={set("move_waiting")}
      />
      <Switch
        label="Split long texts"
        hint="More than 1600 characters become several messages, cut at a sentence or between words. Off: they are refused."
        checked={draft.split_long_texts}
        onChange={set("split_long_texts")}
      />
      <Switch
        label="Pause itself"
        hint="Where it suddenly writes to twenty strangers in one costly range, as a thief of the key would."
        checked={draft.pause_itself}
        onChange={set("pause_itself")}
      />
      <LimitFields limits={draft.limits} fault={faults.limits} set={set("limits")} />
    </div>
  );
}

type LimitProps = { limits: Draft["limits"]; fault: string | null; set: (limits: Draft["limits"]) => void };

function LimitFields({ limits, fault, set }: LimitProps) {
  return (
    <fieldset className="form-grid">
      <legend>At most (empty: as many as asked for)</legend>
      {limitFields.map(({ name, label }) => (
        <TextField
          key={name}
          label={label}
          value={limits[name]}
          inputMode="numeric"
          placeholder="No limit"
          error={readCap(limits[name]) === undefined ? fault : null}
          onChange={({ target }) => set({ ...limits, [name]: target.value })}
        />
      ))}
    </fieldset>
  );
}
