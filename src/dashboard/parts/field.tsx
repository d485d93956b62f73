import { type ComponentProps, type ReactNode, useEffect, useId, useState } from "react";

type Words = { label: ReactNode; hint?: ReactNode; error?: string | null | undefined };
type Wiring = { id: string; "aria-describedby"?: string; "aria-invalid"?: true };

/** A labelled control with its hint and its error, told to screen readers as belonging together; `children` gets what the control must carry. */
export function Field({ label, hint, error, children }: Words & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const said = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(said === "" ? {} : { "aria-describedby": said }),
        ...(error ? { "aria-invalid": true as const } : {}),
      })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** A line of text. */
export function TextField({ label, hint, error, ...input }: Words & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => <input type="text" {...input} {...wiring} />}
    </Field>
  );
}

/** Several lines of text. */
export function TextArea({ label, hint, error, ...input }: Words & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => <textarea dir="auto" rows={3} {...input} {...wiring} />}
    </Field>
  );
}

export type Option = { readonly value: string; readonly label: string };
type SelectProps = Words &
  Omit<ComponentProps<"select">, "onChange" | "children"> & {
    options: readonly Option[];
    onChange?: (value: string) => void;
  };

/** One of several, by the browser's own list. */
export function Select({ label, hint, error, options, onChange, ...select }: SelectProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <select {...select} {...wiring} onChange={({ target }) => onChange?.(target.value)}>
          {options.map(({ value, label: words }) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type ToggleProps = Omit<ComponentProps<"input">, "type" | "role" | "onChange"> & {
  checked: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
};

/** A switch without words of its own. While what it asked for is under way (`disabled`) it shows what was asked for. */
export function Toggle({ checked, disabled = false, onChange, ...input }: ToggleProps) {
  const [wanted, setWanted] = useState<boolean | null>(null);
  useEffect(() => {
    if (!disabled) setWanted(null);
  }, [disabled]);
  const shown = wanted ?? checked;
  return (
    <input
      {...input}
      type="checkbox"
      role="switch"
      className="toggle"
      checked={shown}
      aria-checked={shown}
      disabled={disabled}
      onChange={({ target }) => {
        setWanted(target.checked);
        onChange(target.checked);
      }}
    />
  );
}

type SwitchProps = Pick<ToggleProps, "checked" | "disabled" | "onChange"> & { label: ReactNode; hint?: ReactNode };

/** On or off, in force when it is turned. */
export function Switch({ label, hint, ...toggle }: SwitchProps) {
  const id = useId();
  return (
    <div className="switch">
      <Toggle {...toggle} id={id} aria-describedby={hint ? `${id}-hint` : undefined} />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
