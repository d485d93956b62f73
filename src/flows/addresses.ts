import type { Database } from "../directory/database.ts";
import { readPublicUrls } from "../directory/public-urls.ts";
import { fail, ok, type Result } from "../domain/failure.ts";
import {
  addressMissing,
  noAddress,
  type PublicAddresses,
  unsetAddress,
  withSetting,
} from "../domain/public-address.ts";

const keptMs = 60_000;

/** What this isolate knows of our addresses. What the setting PUBLIC_URL and the directory say together is `withSetting`. */
export type AddressBook = {
  setting: string | null;
  /** Reads the directory at most once a minute, or at once where `anew` is true. */
  read(anew?: boolean): Promise<PublicAddresses>;
  /** Reads what the directory says, whatever the setting. */
  readDirectory(): Promise<PublicAddresses>;
  /** Takes what the directory was found to say, null for nothing new; returns the addresses as they are in force. */
  learn(directory: PublicAddresses | null): PublicAddresses;
  /** What is known without asking: for what may not wait for the directory. */
  known(): PublicAddresses;
};

/** Returns an isolate's address book over the directory. */
export function openAddressBook(db: Database, setting: string | null, now: () => number): AddressBook {
  const inForce = (directory: PublicAddresses) => withSetting(directory, setting);
  let kept: { addresses: PublicAddresses; at: number } | null = null;
  let addresses = inForce(noAddress);
  const known = () => addresses;
  const learn = (directory: PublicAddresses | null) => {
    if (directory !== null) {
      kept = { addresses: directory, at: now() };
      addresses = inForce(directory);
    }
    return addresses;
  };
  const readDirectory = () => readPublicUrls(db);
  return {
    setting,
    async read(anew = false) {
      const isFresh = !anew && kept !== null && now() - kept.at < keptMs;
      return isFresh ? known() : learn(await readDirectory());
    },
    readDirectory,
    learn,
    known,
  };
}

/** Returns the address in force; where none is known, one that leads nowhere, which serves the sandbox alone. */
export async function publicUrlOf(deps: { addresses: AddressBook }): Promise<string> {
  return (await deps.addresses.read()).current ?? unsetAddress;
}

/** Returns `setup_incomplete` where no address is known: for what puts it before others. An isolate that has known one asks no more. */
export async function needAddress(deps: { addresses: AddressBook }): Promise<Result<string>> {
  const current = deps.addresses.known().current ?? (await deps.addresses.read()).current;
  return current === null ? fail("setup_incomplete", addressMissing, { missing: ["PUBLIC_URL"] }) : ok(current);
}
