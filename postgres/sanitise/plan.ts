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
  tables: TablePlan[];
  /** Large objects: what becomes of those that no table plan reaches. */
  largeObjects: "remove" | "keep";
  /** Accounts that keep a way in, with a fresh random password per run. */
  testLogins: TestLogin[];
  /** `schema.table.column` whose values are paths or URLs of media; counted, never followed. */
  media: { schema: string; table: string; column: string }[];
  /** Statements that cut stored ways out (API tokens, credentials) beyond masking, run inside the copy before the gates. */
  packs: { name: string; applied: boolean; reason: string }[];
}

export interface TablePlan {
  schema: string;
  table: string;
  /** `mask` rewrites the table; `truncate` and `delete` carry their closure over foreign keys, already expanded here. */
  action: "mask" | "keep" | "truncate" | "delete";
  /** For `delete`: rows that go, as an SQL condition on the table. For a child that follows its parent, the condition says so. */
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
  /** Rows on which the mask does not act keep their value: an SQL condition on the row, e.g. `id > 3`. */
  where: string | undefined;
  /** Literal values that stay exactly as they are, e.g. the sentinel `noemail@notset.example`. */
  keepValues: string[];
  /** Per-row exact results: the first condition that holds decides, e.g. row 1 ends as exactly `everyone@example.invalid`. */
  exact: { where: string; value: string | null }[];
  /** Whether the values identify a person: they are hashed before the run and looked for everywhere after it. */
  identifying: boolean;
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

/** A named transformation with its parameters. Its domain (types, NULL, length) is stated in `transformations.ts`. */
export interface MaskSpec {
  with:
    | "null"
    | "constant"
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
    | "redact"
    | "date-shift"
    | "date-truncate"
    | "number"
    | "ip"
    | "url"
    | "json"
    | "array"
    | "bytes"
    | "unusable-password"
    | "sql";
  /** Transformation-specific parameters, checked when the rules are parsed. */
  params: Record<string, unknown>;
}
