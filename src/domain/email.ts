/** Says whether a text in lower case is an e-mail address: a mailbox and a domain of at least two labels; whether the mailbox exists only a mail can tell. */
export function isEmail(text: string): boolean {
  const [mailbox, domain, ...more] = text.split("@");
  if (mailbox === undefined || domain === undefined || more.length > 0) return false;
  if (mailbox.length > 64 || !/^[^\s",:;<>()[\]\\]+$/.test(mailbox)) return false;
  return domain.length <= 255 && /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/.test(domain);
}
