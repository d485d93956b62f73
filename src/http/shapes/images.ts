/** The media types that a picture may have where the contract takes one (JPEG, PNG, GIF, WebP, HEIC). */
export const imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif"] as const;
