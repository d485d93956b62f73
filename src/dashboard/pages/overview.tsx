import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { call } from "../api.ts";
import { Problem } from "../parts/problem.tsx";
import { PublicUrl } from "../parts/public-url.tsx";
import { Reading } from "../parts/reading.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";

/** Says whether all is in order, what each key holds back, and where a newcomer begins. */
export function Overview() {
  const { data: status, error } = useQuery({ queryKey: ["status"], queryFn: () => call("getStatus", {}) });
  if (status === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  const { directory, migrations, public_url: publicUrl } = status;
  const findings = { Directory: directory, Migrations: migrations, "Public URL": publicUrl };
  const wrong = Object.entries(findings).filter(([, { ok }]) => !ok);
  return (
    <>
      <h1>Overview</h1>
      <Problem error={error} />
      {wrong.length === 0 ? (
        <p>
          <span className="badge good">All in order</span> <span className="quiet">version {status.version}</span>
        </p>
      ) : (
        wrong.map(([name, { detail }]) => (
          <div className="problem" key={name}>
            <strong>{name}</strong>: {detail ?? "not in order."}
          </div>
        ))
      )}
      <PublicUrl />
      <section className="card">
        <h2>Send a message</h2>
        <p>A test key's message is delivered by the sandbox within seconds, at no cost, and shows what became of it.</p>
        <Link className="button" to="/messages">
          Send a message
        </Link>
      </section>
      <div className="table">
        <table>
          <caption>What each API key holds</caption>
          <thead>
            <tr>
              <th scope="col">API key</th>
              <th scope="col">Waiting</th>
              <th scope="col">Unknown</th>
              <th scope="col">Webhooks owed</th>
              <th scope="col">Last used</th>
            </tr>
          </thead>
          <tbody>
            {status.pools.map((pool) => (
              <tr key={pool.api_key_id}>
                <th scope="row">{pool.name}</th>
                <td data-label="Waiting">{pool.waiting ?? "no answer"}</td>
                <td data-label="Unknown">{pool.unknown ?? "no answer"}</td>
                <td data-label="Webhooks owed">{pool.owed ?? "no answer"}</td>
                <td data-label="Last used">
                  {pool.last_used_at === null ? "never" : <TimeAgo at={pool.last_used_at} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {status.next_after !== null && <p className="quiet">These are the first 40 keys.</p>}
    </>
  );
}
