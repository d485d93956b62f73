/** The share of healthy lines that is written where no setting says otherwise (docs/decisions/log-share.md). */
export const defaultLogShare = 0.1;

/** Returns the share of healthy lines that are written, from 0 to 1, as `LOG_SHARE` says it; the default where that is unset or none of these. */
export function readLogShare(setting: string | undefined): number {
  const share = Number.parseFloat(setting ?? "");
  return share >= 0 && share <= 1 ? share : defaultLogShare;
}

/**
 * Says whether healthy lines about an id are written at a share. Of one id the answer is always the same, in every isolate, so a message's lines stand or are left
 * out together; what stands at a share stands at every larger one.
 */
export function isKept(id: string, share: number): boolean {
  if (share >= 1) return true;
  // FNV-1a, then the finalizer of MurmurHash3: ids differ in few characters, and every bit of the answer must depend on each.
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000 < share;
}

/** What a line says of those that it stands for: nothing where every one is written. */
export type Sampled = { share?: number };

/**
 * Returns what a line about these ids says of its share, null where it is not written: one that is not healthy always is, and stands for itself. A line about several
 * is written where it would be for any of them, so that each finds its whole trail.
 */
export function sample(healthy: boolean, ids: readonly string[], share: number): Sampled | null {
  if (!healthy || share >= 1) return {};
  if (!ids.some((id) => isKept(id, share))) return null;
  return { share: ids.length === 1 ? share : 1 - (1 - share) ** ids.length };
}
