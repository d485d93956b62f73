import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../api.ts";
import { Empty } from "../parts/empty.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";

/** Every number, how it fares, and the API key it is assigned to. */
export function Numbers() {
  const cache = useQueryClient();
  const numbers = useQuery({ queryKey: ["numbers"], queryFn: () => call("listManagedNumbers", {}) });
  const keys = useQuery({ queryKey: ["keys"], queryFn: () => call("listApiKeys", { query: { limit: 200 } }) });
  const assign = useMutation({
    mutationFn: ({ number, apiKeyId }: { number: string; apiKeyId: string | null }) =>
      call("updateManagedNumber", { params: { number }, body: { api_key_id: apiKeyId } }),
    onSettled: () => cache.invalidateQueries({ queryKey: ["numbers"] }),
  });
  const error = assign.error ?? numbers.error ?? keys.error;
  if (numbers.data === undefined || keys.data === undefined) {
    return error === null ? <Reading /> : <Problem error={error} />;
  }
  const holders = keys.data.api_keys.filter(({ status }) => status !== "revoked");
  return (
    <>
      <h1>Numbers</h1>
      <Problem error={error} />
      {numbers.data.numbers.length === 0 && (
        <Empty title="No numbers yet">
          <p>Numbers come from a connected account: import them with the admin API.</p>
        </Empty>
      )}
      <div className="table">
        <table>
          <caption>{numbers.data.numbers.length} numbers</caption>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col">Channel</th>
              <th scope="col">Health</th>
              <th scope="col">Assigned To</th>
            </tr>
          </thead>
          <tbody>
            {numbers.data.numbers.map((number) => (
              <tr key={number.phone_number}>
                <th scope="row" className="mono">
                  {number.phone_number}
                </th>
                <td>{number.channel}</td>
                <td>
                  <StatusBadge status={number.health?.status ?? "unknown"} /> {number.health?.reason}
                </td>
                <td>
                  <select
                    aria-label={`Assigned To: ${number.phone_number}`}
                    value={number.api_key_id ?? ""}
                    disabled={assign.isPending}
                    onChange={({ target }) =>
                      assign.mutate({
                        number: number.phone_number,
                        apiKeyId: target.value === "" ? null : target.value,
                      })
                    }
                  >
                    <option value="">Nobody</option>
                    {holders.map(({ api_key_id, name, mode }) => (
                      <option key={api_key_id} value={api_key_id}>
                        {name} ({mode})
                      </option>
                    ))}
                  </select>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
