import type { Campaign } from "../../queries/campaigns.ts";
import { TextArea, TextField } from "../field.tsx";

/** Fields of what a campaign asks before anything else, and of the hours at which it writes to nobody. */
export function AskingFields({ campaign }: { campaign: Campaign }) {
  const { double_opt_in: asked, quiet_hours: quiet, urgent } = campaign;
  return (
    <>
      <TextArea
        label="Ask first"
        name="question"
        rows={2}
        defaultValue={asked?.text ?? ""}
        hint="For example: Reply YES to hear from us. The text then goes to those alone who say yes. Nothing: nobody is asked."
      />
      <div className="pair">
        <TextField
          label="Words that say yes"
          name="words"
          dir="auto"
          autoComplete="off"
          defaultValue={asked?.words?.join(", ") ?? ""}
          placeholder="YES, in many languages"
        />
        <TextField
          label="Days to answer"
          name="days"
          type="number"
          min={1}
          max={30}
          defaultValue={asked?.days ?? ""}
          placeholder="7"
        />
      </div>
      <div className="pair">
        <TextField
          label="Quiet from"
          name="quietFrom"
          type="time"
          defaultValue={quiet?.from ?? ""}
          hint="By the clock where each person is, besides the key's own hours."
        />
        <TextField label="until" name="quietTo" type="time" defaultValue={quiet?.to ?? ""} />
      </div>
      <label className="check">
        <input type="checkbox" name="urgent" defaultChecked={urgent ?? false} /> Urgent: it waits for no quiet hours
      </label>
    </>
  );
}

/** Returns what those fields ask for. */
export function readAsking(form: FormData) {
  const field = (name: string) => String(form.get(name) ?? "").trim();
  const words = field("words")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const days = field("days") === "" ? {} : { days: Number(field("days")) };
  const [from, to] = [field("quietFrom"), field("quietTo")];
  return {
    double_opt_in:
      field("question") === "" ? null : { text: field("question"), words: words.length === 0 ? null : words, ...days },
    quiet_hours: from === "" && to === "" ? null : { from, to },
    urgent: form.get("urgent") !== null,
  };
}
