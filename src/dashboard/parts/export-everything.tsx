/** The way to everything that this gateway holds, as one file: the browser keeps it as it comes. */
export function ExportEverything() {
  return (
    <section className="card" aria-labelledby="export-head">
      <h2 id="export-head">Export</h2>
      <p>
        Everything as one file, to be kept or to be moved: organizations, keys, numbers, webhooks, people, messages.
        Secrets in it stay sealed under this gateway's <span className="mono">MASTER_KEYS</span>; texts and numbers do
        not, so keep it as you would keep those. <span className="mono">npm run import</span> brings it into a new
        gateway.
      </p>
      <p>
        <a className="button second" href="/admin/api/export" download="trunkline.ndjson">
          Export everything
        </a>
      </p>
    </section>
  );
}
