/** A longer body is taken piece by piece, so that room is made only for what has come. */
const onePieceAtMost = 64 * 1024;

/** Returns how many bytes a body is said to have, null where nobody says. */
export function declaredLength(headers: Headers): number | null {
  const declared = headers.get("Content-Length");
  return declared !== null && /^\d+$/.test(declared) ? Number(declared) : null;
}

/** A reader of a body; the piece with which it is `done` may hold its last bytes. */
export type Pieces = {
  read: () => Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel: () => Promise<void>;
};

type BytesReader = {
  read: (view: Uint8Array, options: { min: number }) => Promise<{ done: boolean; value: Uint8Array | undefined }>;
  cancel: () => Promise<void>;
};

/**
 * Returns a reader of a body. Every step of reading costs the runtime a turn: a body of the length that it declares, nearly every one, is read in one step, which asks for a
 * byte more and so finds its end.
 */
export function readPieces(body: ReadableStream<Uint8Array>, declared: number | null): Pieces {
  const reader = declared === null || declared > onePieceAtMost ? null : bytesReaderOf(body);
  if (reader === null || declared === null) return body.getReader();
  const asked = declared + 1;
  return {
    read: async () => {
      const { done, value } = await reader.read(new Uint8Array(asked), { min: asked });
      return { done: done || value === undefined || value.byteLength < asked, value };
    },
    cancel: () => reader.cancel(),
  };
}

/** A stream that is made of JavaScript need not be one of bytes. */
function bytesReaderOf(body: ReadableStream<Uint8Array>): BytesReader | null {
  try {
    // The runtime's types lack `min` (streams.spec.whatwg.org/#byob-reader-read), which it has.
    return body.getReader({ mode: "byob" }) as unknown as BytesReader;
  } catch {
    return null;
  }
}
