import { Problem } from "./problem.tsx";
import { Table } from "./table.tsx";

type Outcome = { ok: boolean; checks: { name: string; ok: boolean; detail: string }[] };

/** A test that a button starts, as a mutation gives it. */
type Test = { mutate: () => void; data: Outcome | undefined; error: Error | null; isPending: boolean };

/** Who is asked, what it means when all is well, and what the checks and their column are called. */
type Words = { whom: string; works: string; head: string; checks: Record<string, string> };

/** Tries a connection now and says it thing by thing. */
export function ConnectionTest({ words, test }: { words: Words; test: Test }) {
  const { mutate, data, error, isPending } = test;
  return (
    <section className="card">
      <div className="card-head">
        <div>
          <h2>Does it work?</h2>
          <p className="quiet">Asks {words.whom} now, without sending anything.</p>
        </div>
        <button type="button" className="second" disabled={isPending} onClick={() => mutate()}>
          {isPending ? `Asking ${words.whom} …` : "Test the connection"}
        </button>
      </div>
      <Problem error={error} />
      {data !== undefined && (
        <Table
          caption={data.ok ? words.works : "Something does not work."}
          columns={[
            { head: words.head, cell: ({ name }) => words.checks[name] ?? name },
            {
              head: "Result",
              cell: ({ ok }) => (
                <span className={`badge ${ok ? "good" : "bad"}`}>{ok ? "works" : "does not work"}</span>
              ),
            },
            { head: "Detail", cell: ({ detail }) => <span className="text">{detail}</span> },
          ]}
          rows={data.checks}
          keyOf={({ name }) => name}
        />
      )}
    </section>
  );
}
