import { useQuery } from "@tanstack/react-query";
import { call } from "../api.ts";
import { CreateKey } from "../parts/create-key.tsx";
import { Problem } from "../parts/problem.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";

/** Every API key, and a form that makes one. */
export function Keys() {
  const { data, error } = useQuery({
    queryKey: ["keys"],
    queryFn: () => call("listApiKeys", { query: { limit: 200 } }),
  });
  if (data === undefined) return error === null ? <p>Reading …</p> : <Problem error={error} />;
  return (
    <>
      <h1>API Keys</h1>
      <Problem error={error} />
      <CreateKey />
      <table>
        <caption>
          {data.api_keys.length} of {data.pagination.total}
        </caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Mode</th>
            <th scope="col">Ends in</th>
            <th scope="col">Numbers</th>
            <th scope="col">Status</th>
            <th scope="col">Last used</th>
          </tr>
        </thead>
        <tbody>
          {data.api_keys.map((key) => (
            <tr key={key.api_key_id}>
              <th scope="row">{key.name}</th>
              <td>{key.mode}</td>
              <td className="mono">…{key.key_hint}</td>
              <td>{key.numbers}</td>
              <td>
                <StatusBadge status={key.status} />
              </td>
              <td>{key.last_used_at === null ? "never" : <TimeAgo at={key.last_used_at} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
