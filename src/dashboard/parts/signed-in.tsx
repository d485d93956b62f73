import { useState } from "react";
import type { Answer } from "../api.ts";
import { useEndSessions, useSessions } from "../queries/settings.ts";
import { Confirm } from "./confirm.tsx";
import { Problem } from "./problem.tsx";
import { type Column, Table } from "./table.tsx";
import { TimeAgo } from "./time-ago.tsx";

type Session = Answer<"listSessions">["sessions"][number];

const columns: [Column<Session>, ...Column<Session>[]] = [
  {
    head: "Signed in",
    cell: ({ created_at: at, current }) => (
      <>
        <TimeAgo at={at} /> {current && <span className="badge good">this browser</span>}
      </>
    ),
  },
  { head: "Last used", cell: ({ seen_at: at }) => <TimeAgo at={at} /> },
  { head: "Ends unless used", cell: ({ expires_at: at }) => <TimeAgo at={at} /> },
];

/** Who is signed in to this dashboard, and the way to end all of it. */
export function SignedIn() {
  const { data, error } = useSessions();
  const [isAsking, ask] = useState(false);
  const end = useEndSessions();
  return (
    <section aria-label="Signed-in browsers">
      <div className="row apart">
        <h2>Signed-in browsers</h2>
        <button type="button" className="danger" onClick={() => ask(true)}>
          Sign out everywhere
        </button>
      </div>
      <Problem error={error} />
      {data !== undefined && (
        <Table
          caption="A session ends after 12 idle hours, and after 7 days at the latest."
          columns={columns}
          rows={data.sessions}
          keyOf={({ created_at: at, seen_at: seen }) => `${at} ${seen}`}
        />
      )}
      {isAsking && (
        <Confirm
          title="Sign out everywhere?"
          action="Sign out everywhere"
          isBusy={end.isPending}
          error={end.error}
          onConfirm={() => end.mutate()}
          onClose={() => ask(false)}
        >
          <p>
            Every browser that is signed in to this dashboard is signed out, this one as well. The admin token and API
            keys work on.
          </p>
        </Confirm>
      )}
    </section>
  );
}
