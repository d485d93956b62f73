/** The address in the files that describe the API, until they are served: no name ends so (RFC 6761). */
export const standIn = "https://gateway.invalid";
