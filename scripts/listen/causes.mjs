const WORDS = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  ENOTFOUND: "no host has that name",
  EAI_AGAIN: "the name could not be looked up",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ETIMEDOUT: "no connection came about",
  UND_ERR_CONNECT_TIMEOUT: "no connection came about",
};

/** Why a fetch failed, in words with the system's code, where `fetch failed` alone says nothing. */
export function causeOf(error) {
  if (error.name === "TimeoutError") return "no answer within 15 s";
  const cause = error.cause ?? error;
  const code = cause.code ?? cause.errors?.[0]?.code;
  const words = WORDS[code] ?? cause.message;
  return code ? `${words} (${code})` : words;
}

/** Awaits `work`; where it is not over after two seconds, `say` is called once. */
export async function watchFor(work, say) {
  const timer = setTimeout(say, 2_000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
