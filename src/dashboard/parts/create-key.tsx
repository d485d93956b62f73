import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { call } from "../api.ts";
import { Problem } from "./problem.tsx";

type Draft = { name: string; mode: "live" | "test" };

/** Makes an API key. Its token is shown once: it lives in this component alone, and is gone when it is closed. */
export function CreateKey() {
  const cache = useQueryClient();
  const { mutate, data, error, isPending, reset } = useMutation({
    mutationFn: (body: Draft) => call("createApiKey", { body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["keys"] }),
    gcTime: 0,
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate({ name: String(form.get("name")).trim(), mode: form.get("mode") === "live" ? "live" : "test" });
  }
  if (data !== undefined) {
    return (
      <section className="card" aria-label="The new key">
        <h2>{data.name}</h2>
        <p>Copy the key now: it is shown this once.</p>
        <p className="secret mono">{data.key}</p>
        <button type="button" onClick={() => navigator.clipboard.writeText(data.key)}>
          Copy
        </button>{" "}
        <button type="button" className="link" onClick={reset}>
          I have it: close
        </button>
      </section>
    );
  }
  return (
    <form className="card" onSubmit={submit}>
      <h2>Create an API key</h2>
      <label>
        Name
        <input type="text" name="name" required maxLength={100} />
      </label>
      <label>
        Mode
        <select name="mode" defaultValue="test">
          <option value="test">test: served by the sandbox</option>
          <option value="live">live: through your carriers</option>
        </select>
      </label>
      <button type="submit" disabled={isPending}>
        Create
      </button>
      <Problem error={error} />
    </form>
  );
}
