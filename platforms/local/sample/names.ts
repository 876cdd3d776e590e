/** Names of the sample's servers, databases and roles, and of the secrets that hold its passwords. */

/** The three servers that the tool owns and no stack touches; each name is also its folder's below `home.servers`. */
export type SampleServer = "production" | "publisher" | "test";
/** In the order in which they start: production subscribes to the publisher. */
export const sampleServers: readonly SampleServer[] = ["publisher", "production", "test"];

export const sampleNames = {
  /** Production's database. */
  database: "federation",
  /** The administrator of production and of the old Test server: the server's own superuser. */
  admin: "federation_admin",
  /** Owns every table; the application logs in as it. */
  app: "federation_app",
  reporting: "reporting",
  /** A human's login, with everything in its name that a careless statement trips over. */
  person: "Zoë O'Brien",
  /** The login whose password everybody knows. */
  legacyImport: "legacy_import",
  legacyImportPassword: "letmein",
  readers: "federation_readers",
  testDatabase: "federation_test",
  publisherAdmin: "ratings_admin",
  publisherDatabase: "ratings",
  subscription: "ratings_feed",
  /** The slot that the subscription holds on the publisher. */
  subscriptionSlot: "federation_ratings",
  /** The slot on production that its own publication is read from. */
  publicationSlot: "club_site",
  publication: "club_site",
  foreignServer: "ratings_office",
  dblinkFunction: "announce_entry",
  eventTrigger: "note_ddl",
  preparedTransaction: "federation-block-4711",
} as const;

/** One login of the sample. Its secret holds username, password, host, port and dbname. */
export interface SampleLogin {
  ref: string;
  server: SampleServer;
  username: string;
  database: string;
}

const { database, testDatabase, publisherDatabase } = sampleNames;

export const sampleLogins = {
  productionAdmin: login("sample/production-admin", "production", sampleNames.admin, database),
  productionApp: login("sample/production-app", "production", sampleNames.app, database),
  reporting: login("sample/production-reporting", "production", sampleNames.reporting, database),
  person: login("sample/production-person", "production", sampleNames.person, database),
  legacyImport: login("sample/production-legacy-import", "production", sampleNames.legacyImport, database),
  publisherAdmin: login("sample/publisher-admin", "publisher", sampleNames.publisherAdmin, publisherDatabase),
  feed: login("sample/publisher-feed", "publisher", "feed", publisherDatabase),
  reader: login("sample/publisher-reader", "publisher", "reader", publisherDatabase),
  announcer: login("sample/publisher-announcer", "publisher", "announcer", publisherDatabase),
  testAdmin: login("sample/test-admin", "test", sampleNames.admin, testDatabase),
  testApp: login("sample/test-app", "test", sampleNames.app, testDatabase),
} satisfies Record<string, SampleLogin>;

export type SampleLoginKey = keyof typeof sampleLogins;

function login(ref: string, server: SampleServer, username: string, database: string): SampleLogin {
  return { ref, server, username, database };
}
