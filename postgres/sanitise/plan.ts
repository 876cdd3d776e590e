/**
 * The plan: every table and every column of one database with what becomes of it. The rules are bound to the catalogue
 * (`bind.ts`) to make it; the sanitiser executes it. A plan exists only when every column is classified.
 */
export interface SanitisePlan {
  database: string;
  /** Hash of the rules and packs that made it. */
  rulesDigest: string;
  /** Domains in which an address may stand after the run, e.g. `example.invalid`. */
  allowedDomains: string[];
  /**
   * Every table that holds rows: tables, partitioned tables, and each partition with the columns of its parent. A table
   * whose rows go because of another's stands before that other. Views and materialised views are derived and not here.
   */
  tables: TablePlan[];
  /** Foreign tables that must be gone (isolate drops their servers); the sanitiser refuses to run while one is there. */
  droppedForeignTables: { schema: string; table: string }[];
  /** Large objects: what becomes of those that no table plan reaches. */
  largeObjects: "remove" | "keep";
  /** Accounts that keep a way in, with a fresh random password per run. */
  testLogins: TestLogin[];
  /** `schema.table.column` whose values are paths or URLs of media; counted, never followed. */
  media: { schema: string; table: string; column: string }[];
  /** Each pack that the rules extend: the tables to which it applied, and why not to others. */
  packs: { name: string; applied: boolean; reason: string }[];
}

export interface TablePlan {
  schema: string;
  table: string;
  /** For a partition: the table at the top of its tree. Action, condition and columns are that table's. */
  partitionOf: { schema: string; table: string } | undefined;
  /**
   * `mask`: at least one column is masked. `truncate`: all rows go (`columns` then says "keep" of each). `delete`: the rows
   * of `where` go, and the others' columns become as `columns` says, which may mask. The closure over foreign keys is
   * already expanded here: every table whose rows would dangle has an action of its own.
   */
  action: "mask" | "keep" | "truncate" | "delete";
  /**
   * For `delete`: rows that go, as an SQL condition in the scope of `schema.table` under its own name. The condition of a
   * child that follows its parent reads the parent's rows as they were before anything was deleted or masked: run the
   * plan's tables in order, or evaluate every condition first.
   */
  where: string | undefined;
  /** Why, in words: a rule's place or "follows notifications.email by foreign key". */
  origin: string;
  columns: ColumnPlan[];
}

export interface ColumnPlan {
  name: string;
  /** As `format_type` prints it, e.g. `character varying(40)`. */
  type: string;
  notNull: boolean;
  action: "mask" | "keep";
  mask: MaskSpec | undefined;
  /**
   * Rows for which this SQL condition is false keep their value, e.g. `user_type = 'U'`. Where it is NULL the mask acts: in
   * doubt a value goes.
   */
  where: string | undefined;
  /** Literal values that stay exactly as they are, e.g. the sentinel `noemail@notset.example`. */
  keepValues: string[];
  /**
   * Per-row exact results, before `keepValues`, `where` and the mask, on NULL too: the first condition that holds decides,
   * e.g. row 1 ends as exactly `everyone@example.invalid`. Conditions read the row as it was.
   */
  exact: { where: string; value: string | null }[];
  /** Whether the values identify a person: they are hashed before the run and looked for everywhere after it. */
  identifying: boolean;
  /** What the leak scan may find here without stopping the run: `email`, `phone`, `card`, ... (`judge.ts`). Default none. */
  expected?: string[];
  /** Rules file or pack with line, e.g. `rules/sample.yaml:41`. */
  origin: string;
}

export interface TestLogin {
  schema: string;
  table: string;
  /** Which row: a column and its value. A missing row is an error. */
  match: { column: string; value: string };
  passwordColumn: string;
  hash: "django-pbkdf2-sha256";
}

/**
 * A named transformation with its parameters. Its domain (types, parameters, uniqueness, what it promises) is stated in
 * `rules/domains.ts`. The inner transformations of `json`, `hstore`, `array` and `composite` are `MaskSpec`s in here as well.
 */
export interface MaskSpec {
  with:
    | "null"
    | "constant"
    | "choice"
    | "email"
    | "email-list"
    | "first-name"
    | "last-name"
    | "full-name"
    | "username"
    | "phone"
    | "address-line"
    | "city"
    | "postcode"
    | "company"
    | "hash"
    | "digits"
    | "token"
    | "iban"
    | "card"
    | "ip"
    | "mac"
    | "url"
    | "file-name"
    | "user-agent"
    | "unusable-password"
    | "redact"
    | "mentions"
    | "date-shift"
    | "date-truncate"
    | "number"
    | "geo"
    | "json"
    | "hstore"
    | "array"
    | "composite"
    | "bytes"
    | "sql";
  /** Transformation-specific parameters, checked when the rules are parsed. */
  params: Record<string, unknown>;
}
