import type { MaskSpec, TestLogin } from "../plan";
import type { Place } from "./faults";

/** A rules file with its packs, read and checked as far as that goes without a database. */
export interface RulesDocument {
  file: string;
  /** The database of the production server for which these rules are. A dump copy of it may carry another name. */
  database: string;
  /** Changes exactly when the meaning of the rules or of a pack changes; comments, order of keys and layout do not count. */
  digest: string;
  allowedDomains: string[];
  tables: TableRule[];
  /** In the order of `extends`; a later one wins over an earlier one, the rules win over all. */
  packs: Pack[];
  logins: (TestLogin & { place: Place })[];
  media: { schema: string; table: string; column: string; place: Place }[];
  largeObjects: "remove" | "keep";
}

export interface Pack {
  name: string;
  tables: TableRule[];
  /** Hold for every table, whatever its name, that has all the columns of `shape`. They `keep` and `mask`, nothing else. */
  anyTable: TableRule[];
}

/** What one entry below `tables:` says. */
export interface TableRule {
  /** Undefined only in a pack: a table of this name in any schema. */
  schema: string | undefined;
  table: string;
  place: Place;
  /** `drop` is for foreign tables. */
  action: "truncate" | "drop" | undefined;
  delete: DeleteRule | undefined;
  /** `all`: every column that does not look personal. */
  keep: "all" | { column: string; place: Place }[];
  mask: MaskRule[];
  /** What the leak scan may find in columns that stay, by its words (`judge.ts`). */
  expect: { column: string; kinds: string[]; place: Place }[];
  /** Pack: columns that a table must have to be the one that is meant. Columns named elsewhere may then be absent. */
  shape: string[];
  /** Rules: nothing that a pack says of this table counts. */
  ignorePacks: boolean;
}

export interface DeleteRule {
  /** Rows that go, as an SQL condition with unqualified column names. */
  where: string | undefined;
  /** Tables whose removed rows take those rows of this table with them that refer to them. */
  follows: { schema: string | undefined; table: string; place: Place }[];
  place: Place;
}

export interface MaskRule {
  column: string;
  place: Place;
  spec: MaskSpec;
  /** `table.column` whose mask this one is; `spec` is that one's once the rules are read. */
  sameAs?: string;
  where: string | undefined;
  keepValues: string[];
  exact: { where: string; value: string | null }[];
  /** Overrides what the transformation's domain says. */
  identifying: boolean | undefined;
}
