/** Returns a line for a terminal that sends a first message with a key; a test key's goes to a number that reaches nobody. */
export function curlLine(origin: string, token: string, isTest: boolean): string {
  const to = encodeURIComponent(isTest ? "+15551234567" : "+15550000000");
  return [
    `curl -X POST ${origin}/v2/api/chats/${to}/messages \\`,
    `  -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" \\`,
    `  -d '{"text": "Hello from Trunkline"}'`,
  ].join("\n");
}
