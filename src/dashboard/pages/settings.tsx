import { Empty } from "../parts/empty.tsx";
import { ExportEverything } from "../parts/export-everything.tsx";
import { MasterKeys } from "../parts/master-keys.tsx";
import { NewOrganization } from "../parts/new-organization.tsx";
import { OrganizationCard } from "../parts/organization-card.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { PublicAddress } from "../parts/public-address.tsx";
import { Reading } from "../parts/reading.tsx";
import { SignedIn } from "../parts/signed-in.tsx";
import { ThemeChoice } from "../parts/theme-choice.tsx";
import { useOrganizations } from "../queries/settings.ts";

/** What holds for everything: organizations and what their keys inherit, who is signed in, how the pages look. */
export function Settings() {
  return (
    <>
      <PageHead title="Settings">
        What holds for everything. What one key does otherwise is set on its own page.
      </PageHead>
      <Organizations />
      <PublicAddress />
      <SignedIn />
      <MasterKeys />
      <ExportEverything />
      <section className="card">
        <h2>Appearance</h2>
        <p className="quiet">Kept in this browser alone.</p>
        <ThemeChoice />
      </section>
      <section className="card">
        <h2>For programs</h2>
        <p>
          Everything that is done here can be called: <a href="/docs">all calls</a>,{" "}
          <a href="/openapi.json">the OpenAPI document</a>, <a href="/errors">every error with its remedy</a>.
        </p>
      </section>
    </>
  );
}

function Organizations() {
  const { data, error } = useOrganizations();
  return (
    <section aria-label="Organizations">
      <div className="row apart">
        <h2>Organizations</h2>
        <NewOrganization />
      </div>
      <p className="quiet">Keys, accounts, numbers and webhooks belong to one. Most deployments need no second.</p>
      <Problem error={error} />
      {data === undefined && error === null && <Reading />}
      {data?.organizations.length === 0 && <Empty title="No organization">Create one to make API keys in it.</Empty>}
      {data?.organizations.map((organization) => (
        <OrganizationCard key={organization.organization_id} organization={organization} />
      ))}
    </section>
  );
}
