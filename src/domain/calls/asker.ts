/** Who asks a pool, and for which page. */

/** Who asks: the key id that the token carries and the SHA-256 of the whole token, hex. The object compares. */
export type Credential = { keyId: string; hash: string };

/** A credential of the key, or null: the admin, whom the edge has let in. */
export type Asker = Credential | null;
