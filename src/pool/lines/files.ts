import { iconOfGroup } from "../../carriers/bluebubbles/media.ts";
import type { Change, ReceivedFile } from "../../carriers/carrier.ts";
import type { Attachment } from "../../domain/message.ts";
import type { Desk } from "../desk.ts";

/** Links of ours to the files of rows, by the network's ids: made before the transaction that needs them. */
export type FileLinks = ReadonlyMap<string, string>;

/** Returns a link to each file of these rows. */
export async function linkFiles(desk: Desk, account: string, changes: readonly Change[]): Promise<FileLinks> {
  const files = changes.flatMap((change) => ("files" in change ? change.files : []));
  const links = files.map(async (file, index): Promise<[string, string]> => {
    const place = { accountId: account, messageSid: file.message, mediaSid: file.file, name: nameOf(file, index) };
    return [keyOf(file), await desk.outside.mediaLink(place, desk.addresses.current)];
  });
  return new Map(await Promise.all(links));
}

/** Returns a link to a group's picture, for as long as the Mac has one. */
export function linkIcon(desk: Desk, account: string, guid: string): Promise<string> {
  const place = { accountId: account, messageSid: iconOfGroup, mediaSid: guid, name: "icon" };
  return desk.outside.mediaLink(place, desk.addresses.current);
}

/** Returns links to the pictures of groups that have new ones, by the Mac's name of the group. */
export async function linkIcons(desk: Desk, account: string, changes: readonly Change[]): Promise<FileLinks> {
  const guids = changes.flatMap((change) =>
    change.kind === "group" && change.change === "icon_changed" && change.chat !== null ? [change.chat.id] : [],
  );
  const links = [...new Set(guids)].map(
    async (guid): Promise<[string, string]> => [guid, await linkIcon(desk, account, guid)],
  );
  return new Map(await Promise.all(links));
}

/** Returns a file as an attachment behind our link. */
export function attachmentOf(file: ReceivedFile, links: FileLinks): Attachment {
  return { url: links.get(keyOf(file)) ?? "", name: file.name, mimeType: file.mimeType, size: file.size };
}

function keyOf({ message, file }: ReceivedFile): string {
  return `${message} ${file}`;
}

/** A link ends with a name that has the file's ending: some receivers tell its type by that. */
function nameOf({ name, mimeType }: ReceivedFile, index: number): string {
  const ending =
    /\.([A-Za-z0-9]{1,8})$/.exec(name ?? "")?.[1] ?? mimeType?.split("/")[1]?.replace(/[^a-z0-9]/gi, "") ?? "bin";
  const kind = mimeType?.split("/")[0]?.replace(/[^a-z]/gi, "") || "file";
  return `${kind}${index}.${ending}`;
}
