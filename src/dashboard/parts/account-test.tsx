import { useTestIntegration } from "../queries/integrations.ts";
import { Problem } from "./problem.tsx";
import { Table } from "./table.tsx";

const names: Record<string, string> = {
  credentials: "Credentials",
  numbers: "Reading numbers",
  messages: "Reading messages",
  webhook_signature: "Verifying webhooks",
  webhook_urls: "Webhooks of the imported numbers",
};

/** Tries what an account can do and says it capability by capability. */
export function AccountTest({ integrationId }: { integrationId: string }) {
  const { mutate, data, error, isPending } = useTestIntegration(integrationId);
  return (
    <section className="card">
      <div className="card-head">
        <div>
          <h2>Does it work?</h2>
          <p className="quiet">Asks Twilio now, without sending anything.</p>
        </div>
        <button type="button" className="second" disabled={isPending} onClick={() => mutate()}>
          {isPending ? "Asking Twilio …" : "Test the connection"}
        </button>
      </div>
      <Problem error={error} />
      {data !== undefined && (
        <Table
          caption={data.ok ? "It can send." : "Something does not work."}
          columns={[
            { head: "Capability", cell: ({ name }) => names[name] ?? name },
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
