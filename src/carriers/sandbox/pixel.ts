const base64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A picture of one pixel (PNG): what every attachment of the sandbox shows. */
export const pixel: Uint8Array<ArrayBuffer> = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
