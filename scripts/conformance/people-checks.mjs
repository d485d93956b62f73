const person = "+15005558888";
const contact = `/contacts/${encodeURIComponent(person)}`;

const contacts = [
  {
    operation: "listContacts",
    what: "has who was written to",
    request: ({ to }) => ({ method: "GET", path: `/contacts?q=${encodeURIComponent(to)}&limit=1&sort=recent` }),
    status: [200],
    expect: ({ body }, { to }) => (body.contacts[0]?.identifier === to ? null : "traffic has made no contact"),
  },
  {
    operation: "createContact",
    what: "adds one, or says that it stands",
    request: () => ({ method: "POST", path: "/contacts", body: { identifier: person, name: "Ada" } }),
    status: [201, 409],
  },
  {
    operation: "createContact",
    what: "is 409 the second time",
    request: () => ({ method: "POST", path: "/contacts", body: { identifier: person } }),
    status: [409],
  },
  {
    operation: "createContact",
    what: "refuses what is neither number nor address",
    request: () => ({ method: "POST", path: "/contacts", body: { identifier: "nobody" } }),
    status: [400],
  },
  {
    operation: "updateContact",
    what: "renames",
    request: () => ({ method: "PATCH", path: contact, body: { name: "Grace" } }),
    status: [200],
    expect: ({ body }) => (body.name === "Grace" ? null : "the name is another"),
  },
  {
    operation: "updateContact",
    what: "clears the name with null",
    request: () => ({ method: "PATCH", path: contact, body: { name: null } }),
    status: [200],
    expect: ({ body }) => (body.name === null ? null : "the name stayed"),
  },
  {
    operation: "getContact",
    what: "reads it",
    request: () => ({ method: "GET", path: contact }),
    status: [200],
    expect: ({ body }) => (body.id === person && body.type === "phone" ? null : "id or type differ"),
  },
  {
    operation: "addContactTags",
    what: "tags",
    request: () => ({ method: "POST", path: `${contact}/tags`, body: { tags: ["vip"] } }),
    status: [201],
    expect: ({ body }) => (body.tags_added.includes("vip") ? null : "tags_added differs"),
  },
  {
    operation: "listContactTags",
    what: "lists the tags",
    request: () => ({ method: "GET", path: `${contact}/tags` }),
    status: [200],
    expect: ({ body }) => (body.tags.some(({ tag }) => tag === "vip") ? null : "the tag is not there"),
  },
  {
    operation: "removeContactTag",
    what: "removes a tag",
    request: () => ({ method: "DELETE", path: `${contact}/tags/vip` }),
    status: [200],
  },
  {
    operation: "getContactCapabilities",
    what: "says that a phone takes SMS",
    request: () => ({ method: "GET", path: `${contact}/capabilities` }),
    status: [200],
    expect: ({ body }) => (body.capabilities.sms === true ? null : "sms is not true"),
  },
  {
    operation: "deleteContact",
    what: "deletes",
    request: () => ({ method: "DELETE", path: contact }),
    status: [200],
    expect: ({ body }) => (body.success === true ? null : "success is not true"),
  },
  {
    operation: "getContact",
    what: "is 404 afterwards",
    request: () => ({ method: "GET", path: contact }),
    status: [404],
  },
];

const isGerman = (result) =>
  result.valid && result.country === "DE" && result.type === "MOBILE" ? null : "it is not read as German";
const lookups = [
  {
    operation: "lookupPhoneNumber",
    what: "knows a country and a type",
    request: () => ({ method: "GET", path: "/phone-numbers/lookup?number=%2B4915112345678" }),
    status: [200],
    expect: ({ body }) => isGerman(body),
  },
  {
    operation: "lookupPhoneNumberPost",
    what: "knows it by POST too",
    request: () => ({ method: "POST", path: "/phone-numbers/lookup", body: { number: "+4915112345678" } }),
    status: [200],
    expect: ({ body }) => isGerman(body),
  },
  {
    operation: "batchLookupPhoneNumbers",
    what: "keeps the order, and judges each",
    request: () => ({ method: "POST", path: "/phone-numbers/batch", body: { numbers: ["nobody", "+4915112345678"] } }),
    status: [200],
    expect: ({ body: { results } }) =>
      results[0]?.valid === false ? isGerman(results[1]) : "the first one is no number",
  },
  {
    operation: "batchLookupPhoneNumbers",
    what: "refuses 101",
    request: () => ({ method: "POST", path: "/phone-numbers/batch", body: { numbers: new Array(101).fill("+1") } }),
    status: [400],
  },
];

/** Contacts, tags, capabilities, and phone numbers. */
export const peopleChecks = [...contacts, ...lookups];
