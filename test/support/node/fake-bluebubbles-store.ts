/** What a Mac's `chat.db` keeps, as far as the server shows it. Times in epoch milliseconds of the Mac's own clock. */

export type Service = "iMessage" | "SMS" | "RCS";
export type MacHandle = { ROWID: number; address: string; service: Service };
export type MacFile = { guid: string; name: string; type: string; bytes: Uint8Array; transferState: number };
export type MacChat = {
  ROWID: number;
  guid: string;
  style: 43 | 45;
  identifier: string;
  displayName: string;
  lastAddressedHandle: string;
  members: string[];
  isFiltered: boolean;
  icon: Uint8Array | null;
};
export type MacMessage = {
  ROWID: number;
  guid: string;
  tempGuid: string | null;
  text: string | null;
  chat: MacChat | null;
  handle: MacHandle | null;
  service: Service;
  date: number;
  isFromMe: boolean;
  isDelivered: boolean;
  dateDelivered: number | null;
  dateRead: number | null;
  dateEdited: number | null;
  error: number;
  files: MacFile[];
  itemType: number;
  groupActionType: number;
  groupTitle: string | null;
  balloonBundleId: string | null;
  associatedMessageGuid: string | null;
  associatedMessageType: string | null;
  effectId: string | null;
  threadOriginatorGuid: string | null;
  threadOriginatorPart: string | null;
  destinationCallerId: string;
  retractedParts: number[];
  partCount: number;
  isSpam: boolean;
};

/** Returns an id as Apple writes them. */
export function newGuid(): string {
  return crypto.randomUUID().toUpperCase();
}

/** The database: rows are only ever added at the end, whatever their date. */
export class MacDatabase {
  readonly handles: MacHandle[] = [];
  readonly chats: MacChat[] = [];
  messages: MacMessage[] = [];
  /** Places are never given twice, also when the newest row was deleted. */
  lastPlace = 0;
  readonly prefix: (service: Service) => string;

  constructor(macos: string) {
    this.prefix = (service) => (Number.parseInt(macos, 10) >= 26 ? "any" : service);
  }

  handleOf(address: string, service: Service): MacHandle {
    const known = this.handles.find((handle) => handle.address === address && handle.service === service);
    if (known !== undefined) return known;
    const handle = { ROWID: this.handles.length + 1, address, service };
    this.handles.push(handle);
    return handle;
  }

  chatBy(guid: string): MacChat | undefined {
    return this.chats.find((chat) => chat.guid === guid);
  }

  directChat(address: string, service: Service, line: string): MacChat {
    const guid = `${this.prefix(service)};-;${address}`;
    return this.chatBy(guid) ?? this.addChat({ guid, style: 45, identifier: address, members: [address], line });
  }

  groupWith(members: readonly string[]): MacChat | undefined {
    const wanted = [...members].sort().join();
    return this.chats.find((chat) => chat.style === 43 && [...chat.members].sort().join() === wanted);
  }

  newGroup(members: readonly string[], line: string): MacChat {
    const identifier = `chat${100_000_000 + this.chats.length}`;
    const guid = `${this.prefix("iMessage")};+;${identifier}`;
    return this.addChat({ guid, style: 43, identifier, members: [...members], line });
  }

  private addChat(given: Pick<MacChat, "guid" | "style" | "identifier" | "members"> & { line: string }): MacChat {
    const { line, ...rest } = given;
    const chat: MacChat = {
      ...rest,
      ROWID: this.chats.length + 1,
      displayName: "",
      lastAddressedHandle: line,
      isFiltered: false,
      icon: null,
    };
    this.chats.push(chat);
    return chat;
  }

  add(given: Partial<MacMessage> & Pick<MacMessage, "date" | "isFromMe" | "destinationCallerId">): MacMessage {
    this.lastPlace += 1;
    const message: MacMessage = {
      ROWID: this.lastPlace,
      guid: newGuid(),
      tempGuid: null,
      text: null,
      chat: null,
      handle: null,
      service: "iMessage",
      isDelivered: false,
      dateDelivered: null,
      dateRead: null,
      dateEdited: null,
      error: 0,
      files: [],
      itemType: 0,
      groupActionType: 0,
      groupTitle: null,
      balloonBundleId: null,
      associatedMessageGuid: null,
      associatedMessageType: null,
      effectId: null,
      threadOriginatorGuid: null,
      threadOriginatorPart: null,
      retractedParts: [],
      partCount: 1,
      isSpam: false,
      ...given,
    };
    this.messages.push(message);
    return message;
  }

  find(guid: string): MacMessage | undefined {
    return this.messages.find((message) => message.guid === guid);
  }
}

/** Returns a message as the server's serializer writes it; `short` is the form of webhooks. */
export function renderMessage(message: MacMessage, joins: ReadonlySet<string>, short = false): Record<string, unknown> {
  const { handle, chat } = message;
  const body: Record<string, unknown> = {
    originalROWID: message.ROWID,
    guid: message.guid,
    text: message.text,
    attributedBody: null,
    handle: handle === null ? null : renderHandle(handle),
    handleId: handle?.ROWID ?? 0,
    otherHandle: 0,
    attachments: joins.has("attachment") ? message.files.map((file) => renderFile(file, short)) : [],
    subject: null,
    error: message.error,
    dateCreated: message.date,
    dateRead: message.dateRead,
    dateDelivered: message.dateDelivered,
    isDelivered: message.isDelivered,
    isFromMe: message.isFromMe,
    hasDdResults: false,
    isArchived: false,
    itemType: message.itemType,
    groupTitle: message.groupTitle,
    groupActionType: message.groupActionType,
    balloonBundleId: message.balloonBundleId,
    associatedMessageGuid: message.associatedMessageGuid,
    associatedMessageType: message.associatedMessageType,
    expressiveSendStyleId: message.effectId,
    threadOriginatorGuid: message.threadOriginatorGuid,
    hasPayloadData: false,
    messageSummaryInfo: joins.has("message-summary-info") ? [{ retractedParts: message.retractedParts }] : null,
    payloadData: null,
    dateEdited: message.dateEdited,
    dateRetracted: null,
    partCount: message.partCount,
  };
  if (message.tempGuid !== null && short) body.tempGuid = message.tempGuid;
  if (joins.has("chat") && chat !== null) body.chats = [renderChat(chat, joins.has("chats.participants"), short)];
  if (short) return body;
  return { ...body, threadOriginatorPart: message.threadOriginatorPart, isSpam: message.isSpam, replyToGuid: null };
}

function renderHandle({ ROWID, address, service }: MacHandle) {
  return { originalROWID: ROWID, address, service, uncanonicalizedId: null, country: "us" };
}

function renderFile(file: MacFile, short: boolean) {
  return {
    originalROWID: 1,
    guid: file.guid,
    uti: "public.data",
    mimeType: file.type,
    transferName: file.name,
    totalBytes: file.bytes.byteLength,
    height: 0,
    width: 0,
    metadata: null,
    ...(short ? {} : { transferState: file.transferState, isOutgoing: false, hideAttachment: false, isSticker: false }),
  };
}

/** Returns a chat as the server's serializer writes it. */
export function renderChat(chat: MacChat, withMembers: boolean, short = false): Record<string, unknown> {
  return {
    originalROWID: chat.ROWID,
    guid: chat.guid,
    style: chat.style,
    chatIdentifier: chat.identifier,
    isArchived: false,
    displayName: chat.displayName,
    ...(withMembers
      ? { participants: chat.members.map((address) => renderHandle({ ROWID: 1, address, service: "iMessage" })) }
      : {}),
    ...(short
      ? {}
      : {
          isFiltered: chat.isFiltered,
          groupId: null,
          properties: null,
          lastAddressedHandle: chat.lastAddressedHandle,
        }),
  };
}
