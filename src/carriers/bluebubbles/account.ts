import type { LineCapabilities, MacFacts } from "../../domain/line.ts";
import type { FormerAddresses } from "../../domain/snapshot.ts";
import type { Act, Acted, Carrier, CarrierResult, Changes, ChangesAsked } from "../carrier.ts";

/**
 * How a Mac's server is reached, opened. `lines` are our addresses on it; `privateApi`, `activeAlias` and `capabilities` what the last look found, null before the
 * first. `formerly` is how lines and alias stood before, oldest first. `mayUseAppleScript` is the owner's leave to send without the Private API, where one send may become several messages.
 */
export type MacLogin = {
  url: string;
  password: string;
  lines: readonly string[];
  privateApi: boolean | null;
  activeAlias: string | null;
  capabilities: LineCapabilities | null;
  mayUseAppleScript: boolean;
  formerly?: readonly FormerAddresses[];
};

/** Opens a file that is to be sent, guarded against private addresses; the body is read within the carrier's own limits. */
export type OpenFile = (url: string) => Promise<CarrierResult<Response>>;
/** What the carrier is made of (`macCarrier(options)(login)` is an account). `readMs` is for reads, `sendMs` for a send: the server itself waits up to 180 s. */
export type MacOptions = {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  openFile: OpenFile;
  now?: () => number;
  readMs?: number;
  sendMs?: number;
  /** How long a file may take on its way to the Mac, and how long somebody is seen typing before a message that asks for that. */
  uploadMs?: number;
  typingMs?: number;
};
export type OpenMac = (login: MacLogin) => MacAccount;

/** Where somebody is, as Find My shows it; `lastUpdated` in epoch milliseconds. */
export type MacLocation = {
  handle: string;
  coordinates: [number, number] | null;
  status: string;
  address: string | null;
  lastUpdated: number | null;
};

/** What a Mac gives beside what every network does. */
export type MacAccount = Carrier & {
  changes: (cursor: string | null, asked?: ChangesAsked) => Promise<CarrierResult<Changes>>;
  act: (act: Act) => Promise<CarrierResult<Acted>>;
  askMark: () => Promise<CarrierResult<string>>;
  /** Looks at the Mac: versions, helper, aliases, what its lines can do. */
  look(): Promise<CarrierResult<MacFacts & { clockAheadMs: number | null }>>;
  /** The network's name of the chat with a person, null where there is none yet. */
  findChat(address: string): Promise<CarrierResult<string | null>>;
  /** The members of a group, without ourselves, and its name. */
  describeGroup(chat: string): Promise<CarrierResult<{ members: string[]; name: string | null }>>;
  isReachable(address: string, by: "imessage" | "facetime"): Promise<CarrierResult<boolean>>;
  /** Our own contact card; the picture is base64. */
  contactCard(): Promise<CarrierResult<{ name: string | null; avatar: string | null }>>;
  /** A FaceTime link: nobody is called. */
  makeFaceTimeLink(): Promise<CarrierResult<string>>;
  locations(refresh: boolean): Promise<CarrierResult<MacLocation[]>>;
  /** Sees to it that the bell at `url` is rung for everything, once, and that no former one of ours is; `changed` says whether anything had to be done. */
  hangBell(url: string, isOurs: (url: string) => boolean): Promise<CarrierResult<{ changed: boolean }>>;
  /** Takes down every bell of ours. */
  takeBell(isOurs: (url: string) => boolean): Promise<CarrierResult<{ changed: boolean }>>;
};

/**
 * The codes of a refusal. `line_offline`, `private_api_off` and `login_refused` are surely not done; `outcome_unknown` may be; `not_supported` the line cannot;
 * `refused` the Mac said no; a file is `not_ready` until it has come down from iCloud; `unreadable` is an answer that we cannot read.
 */
const macRefusals = [
  "line_offline",
  "private_api_off",
  "login_refused",
  "outcome_unknown",
  "not_supported",
  "refused",
  "not_ready",
  "unreadable",
] as const;
export type MacRefusalCode = (typeof macRefusals)[number];
