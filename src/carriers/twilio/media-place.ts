const extensions: ReadonlyMap<string, string> = new Map([
  ["image/jpeg", "jpg"],
  ["image/svg+xml", "svg"],
  ["video/quicktime", "mov"],
  ["video/3gpp", "3gp"],
  ["audio/mpeg", "mp3"],
  ["audio/mp4", "m4a"],
  ["text/plain", "txt"],
  ["text/vcard", "vcf"],
  ["text/x-vcard", "vcf"],
  ["text/calendar", "ics"],
  ["application/msword", "doc"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
]);

/** Returns the extension by which clients tell a file's type; `bin` for none or one that says nothing. */
export function extensionOf(contentType: string | null): string {
  const type = (contentType?.split(";")[0] ?? "").trim().toLowerCase();
  const known = extensions.get(type);
  if (known !== undefined) return known;
  const subtype = type.split("/")[1] ?? "";
  return /^[a-z0-9]{2,5}$/.test(subtype) ? subtype : "bin";
}

/** Returns which file of which message a media URL names, null unless it is one of this account's: only such a file is fetched with its credentials. */
export function readMediaPlace(url: string, accountSid: string): { messageSid: string; mediaSid: string } | null {
  const path = URL.parse(url)?.pathname ?? "";
  const pattern =
    /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})\/Messages\/([A-Z]{2}[0-9a-f]{32})\/Media\/(ME[0-9a-f]{32})$/;
  const [, account, messageSid, mediaSid] = pattern.exec(path) ?? [];
  if (account !== accountSid || messageSid === undefined || mediaSid === undefined) return null;
  return { messageSid, mediaSid };
}
