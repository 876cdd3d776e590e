import type { ColumnResult, SanitiseResult, TableResult } from "../../../postgres/sanitise/result";

/** A sanitiser's result of 41 tables: enough kinds of table to see every strategy on the page. */

type Shape = [
  name: string,
  strategy: TableResult["strategy"],
  before: number,
  after: number,
  columns: string,
];

/** Columns as `name:type` for kept ones and `name:type>mask` for masked ones. */
const member =
  "id:bigint member_no:integer>number first_name:character varying(60)>first-name last_name:character varying(60)>last-name email:character varying(254)>email phone:character varying(30)>phone date_of_birth:date>date-shift street:text>address-line city:text>city postcode:character varying(10)>postcode password:character varying(128)>unusable-password is_system:boolean joined_at:timestamp with time zone preferences:jsonb>json newsletter:boolean";
const contact =
  "id:bigint club_id:bigint full_name:text>full-name email:character varying(254)>email phone:text>phone role:text created_at:timestamp with time zone";
const plain = "id:integer name:text code:character varying(12) active:boolean sort_order:smallint";
const ledger =
  "id:bigint member_id:bigint amount:numeric(12,2) currency:character(3) card_token:text>token card_last4:character(4)>digits reference:text>redact paid_at:timestamp with time zone";
const log =
  "id:bigint actor_id:bigint action:text ip:inet>ip user_agent:text>redact payload:jsonb>json at:timestamp with time zone";
const mail =
  "id:bigint from_email:text>email to:text>email-list cc:text>email-list bcc:text>email-list subject:text>redact message:text>redact html_message:text>redact status:smallint created:timestamp with time zone";

const shapes: Shape[] = [
  ["member", "rewrite", 17_004, 17_004, member],
  ["club", "rewrite", 412, 412, contact],
  ["club_membership", "rewrite", 19_880, 19_880, contact],
  ["visitor", "rewrite", 2_310, 2_310, contact],
  ["congress", "kept", 96, 96, plain],
  ["congress_contact", "rewrite", 188, 188, contact],
  ["congress_entry", "kept", 41_220, 41_220, plain],
  ["payment", "rewrite", 88_412, 88_412, ledger],
  ["payment_refund", "rewrite", 1_207, 1_207, ledger],
  [
    "api_token",
    "truncate",
    54,
    0,
    "key:character varying(64) member_id:bigint created:timestamp with time zone",
  ],
  ["accounting_credential", "truncate", 3, 0, "id:integer endpoint:text secret:text"],
  ["push_device", "truncate", 7_733, 0, "id:bigint member_id:bigint token:text platform:text"],
  [
    "django_session",
    "truncate",
    12_804,
    0,
    "session_key:character varying(40) session_data:text expire_date:timestamp with time zone",
  ],
  [
    "support_incident",
    "rewrite",
    3_015,
    3_015,
    "id:bigint reporter_email:text>email title:text>redact description:text>redact state:text opened_at:timestamp with time zone",
  ],
  [
    "support_comment",
    "rewrite",
    9_442,
    9_442,
    "id:bigint incident_id:bigint author:text>full-name body:text>redact",
  ],
  ["post_office_email", "delete", 318_240, 301_118, mail],
  [
    "post_office_log",
    "delete",
    322_001,
    301_560,
    "id:bigint email_id:bigint status:smallint exception_type:text message:text>redact",
  ],
  [
    "post_office_attachment",
    "truncate",
    4_410,
    0,
    "id:bigint file:character varying(255) name:text mimetype:text",
  ],
  ["notifications_email", "rewrite", 310_000, 310_000, mail],
  ["notifications_abstractemail", "rewrite", 310_000, 310_000, "id:bigint kind:text recipient:text>email"],
  ["audit_2024", "refill", 120_331, 120_331, log],
  ["audit_2025", "refill", 141_877, 141_877, log],
  ["result_sheet", "rewrite for dropped columns", 5_108, 5_108, plain],
  ["ranking", "refreshed", 17_000, 17_000, "member_id:bigint full_name:text>full-name points:integer"],
  ['Straße "Übersicht"', "kept", 0, 0, plain],
];

const lookups =
  "country currency venue season discipline fee_class event_type masterpoint_scale division category region board_size session_type tie_break colour".split(
    " ",
  );

const why: Record<TableResult["strategy"], string> = {
  rewrite: "Masked columns; the table can be written anew in one pass, which leaves no dead rows.",
  refill:
    "A generated column stands on payload; its rows are made aside, it is emptied, and they are put back.",
  truncate: "The rules empty this table (packs/django.yaml:12).",
  delete: "Queued messages go by rule packs/django-post-office.yaml:7; their children follow by foreign key.",
  "rewrite for dropped columns":
    "Nothing is masked, but 2 dropped columns had left their values in the rows.",
  kept: "No column is masked and none was dropped.",
  refreshed: "A materialised view over masked tables: filled anew from them.",
};

export function sanitiseFixture(): SanitiseResult {
  const tables: TableResult[] = [
    ...shapes.map((shape) => table("public", ...shape)),
    ...lookups.map((name, i) => table("public", name, "kept", 12 + i * 7, 12 + i * 7, plain)),
    table(
      "legacy",
      "Member Notes",
      "rewrite",
      6_204,
      6_204,
      "ID:integer Note:text>redact Author:text>full-name",
    ),
  ];
  const columns = tables.flatMap((t) => t.columns);
  return {
    database: "federation",
    tables,
    coverage: {
      columns: columns.length,
      masked: columns.filter((c) => c.action === "mask").length,
      kept: columns.filter((c) => c.action === "keep").length,
      truncatedOrDeleted: 14,
    },
    leakScan: {
      columnsScanned: 171,
      rowsScanned: 1_624_402,
      bytesScanned: 391_004_160,
      findings: [],
      suspicious: [
        {
          schema: "public",
          table: "congress",
          column: "name",
          kind: "the full name of a person who stood here before",
          count: 2,
          exampleKey: "id = 17",
        },
      ],
      seconds: 11.3,
    },
    residue: {
      checks: [
        {
          claim: "No column of statistics holds a value of before.",
          evidence: "pg_statistic of 41 tables made anew",
          at: "2025-11-21T07:26:10.000Z",
        },
        {
          claim: "Function bodies, views, defaults and comments hold none.",
          evidence: "212 texts read, 0 found",
          at: "2025-11-21T07:26:11.000Z",
        },
        {
          claim: "Large objects that no table reaches are gone.",
          evidence: "31 removed, 0 left",
          at: "2025-11-21T07:26:11.000Z",
        },
        {
          claim: "Recycled log segments hold none.",
          evidence: "9 segments removed after a checkpoint",
          at: "2025-11-21T07:26:12.000Z",
        },
      ],
      notProven: [
        "Blocks that the file system has freed are outside of what PostgreSQL can show; the copy's disk is removed with the copy.",
      ],
    },
    constraints: {
      checked: 214,
      kinds: { "foreign keys": 88, "primary keys": 41, unique: 37, check: 22, "not null": 26 },
    },
    media: [
      { column: "public.member.photo", references: 8_812 },
      { column: "public.post_office_attachment.file", references: 0 },
    ],
    packs: [
      { name: "django", applied: true, reason: "django_session and auth tables are there" },
      { name: "django-post-office", applied: true, reason: "named by rules/sample.yaml:2" },
    ],
    seconds: 48.7,
  };
}

function table(
  schema: string,
  name: string,
  strategy: TableResult["strategy"],
  rowsBefore: number,
  rowsAfter: number,
  columns: string,
): TableResult {
  return {
    schema,
    table: name,
    strategy,
    reason: why[strategy],
    rowsBefore,
    rowsAfter,
    seconds: rowsBefore / 42_000,
    columns: columns.split(/ (?=[A-Za-z_0-9]+:)/).map((column, i) => columnOf(column, i)),
  };
}

function columnOf(told: string, index: number): ColumnResult {
  const [column = "", rest = ""] = told.split(":");
  const [type = "", mask] = rest.split(">");
  return {
    column,
    type,
    action: mask === undefined ? "keep" : "mask",
    with: mask,
    rule: `rules/sample.yaml:${40 + index}`,
  };
}
