/** Returns a success in the server's envelope. */
export function ok(data?: unknown, message = "Success"): Response {
  return Response.json({ status: 200, message, ...(data === undefined ? {} : { data }) });
}

/** Returns a fault in the server's envelope. */
export function refuse(status: number, error: string, message = error): Response {
  return Response.json({ status, message, error: { type: "Server Error", message: error } }, { status });
}
