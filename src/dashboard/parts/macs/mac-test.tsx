import { useTestMac } from "../../queries/macs.ts";
import { Problem } from "../problem.tsx";
import { Table } from "../table.tsx";

const names: Record<string, string> = {
  connection: "The Mac answers",
  private_api: "Private API",
  account: "Apple ID",
  lines: "Its lines",
  bell: "It rings here",
  clock: "Clock",
};

/** Looks at a Mac now and says it thing by thing. */
export function MacTest({ integrationId }: { integrationId: string }) {
  const { mutate, data, error, isPending } = useTestMac(integrationId);
  return (
    <section className="card">
      <div className="card-head">
        <div>
          <h2>Does it work?</h2>
          <p className="quiet">Asks the Mac now, without sending anything.</p>
        </div>
        <button type="button" className="second" disabled={isPending} onClick={() => mutate()}>
          {isPending ? "Asking the Mac …" : "Test the connection"}
        </button>
      </div>
      <Problem error={error} />
      {data !== undefined && (
        <Table
          caption={data.ok ? "Its lines can send." : "Something does not work."}
          columns={[
            { head: "What", cell: ({ name }) => names[name] ?? name },
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
