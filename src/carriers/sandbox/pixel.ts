const base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mOYCQAAmwCaAKYyOQAAAABJRU5ErkJggg==";

/** A picture of one grey pixel (PNG): what every attachment of the sandbox shows. */
export const pixel: Uint8Array<ArrayBuffer> = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
