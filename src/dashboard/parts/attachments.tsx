type Given = { readonly [field: string]: unknown };

/** A message's files: a picture that came in is shown, everything else is a link. Nothing is loaded from another origin. */
export function Attachments({ files }: { files: readonly Given[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="attachments">
      {files.map((file, index) => {
        const url = String(file.url ?? "");
        const own = ownPath(url);
        const name = String(file.name ?? "") || `File ${index + 1}`;
        const isPicture = own !== null && /^image\/(?!svg)/.test(String(file.mime_type ?? ""));
        return (
          <li key={url}>
            {own === null && !/^https?:/.test(url) ? (
              <bdi>{name}</bdi>
            ) : (
              <a href={own ?? url} target="_blank" rel="noreferrer">
                {isPicture ? <img src={own} alt={name} loading="lazy" /> : <bdi>{name}</bdi>}
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Files of inbound messages lie below /media of every address at which the gateway is reached; null for any other. */
function ownPath(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed?.pathname.startsWith("/media/") ? parsed.pathname + parsed.search : null;
}
