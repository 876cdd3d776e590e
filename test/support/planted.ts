import { randomBytes, randomInt } from "node:crypto";
import { literal, type Session } from "../../postgres/connection";
import type { LocalHome } from "../../platforms/local/home";
import { sampleLogins, sampleNames } from "../../platforms/local/sample";
import { localSecrets } from "../../platforms/local/secrets";
import type { Needles } from "./needles";

/** Where a value is planted in the sample production: each place gets one of its own. */
interface Place {
  table: string;
  /** Column to what is written there; `$` stands for the random token. */
  columns: Record<string, string>;
  /** Which rows. Default: the one with the smallest key. */
  where?: string;
}

const first = (table: string, key = "id") => `${key} = (select min(${key}) from ${table})`;

const places: Place[] = [
  {
    table: "member",
    where: "id = (select min(id) + 6 from member where kind = 'person')",
    columns: {
      username: "$",
      first_name: "Fn$",
      last_name: "Ln$",
      email: "$@post.example",
      about: "Call $ at home, or write to $@post.example",
      photo: "photos/$.jpg",
      gateway_customer_id: "cus_$",
      other_emails: "{$@post.example}",
      profile:
        '{"theme": "dark", "emergency": {"name": "$"}, "contact": {"email": "$@post.example", "street": "7 $ Lane"}}',
    },
  },
  {
    table: "club",
    columns: {
      contact: "$@post.example",
      address1: "1 $ Street",
      address2: "$",
      website: "https://$.example",
    },
  },
  {
    table: "club_member",
    columns: {
      email: "$@post.example",
      address1: "2 $ Road",
      emergency_contact: "$",
      notes: "Knows $ well",
    },
  },
  { table: "unregistered_member", columns: { first_name: "$", last_name: "$" } },
  { table: "visitor", columns: { first_name: "$", email: "$@post.example", notes: "Came with $" } },
  { table: "newsletter_subscriber", columns: { email: "$@post.example", display_name: "$" } },
  { table: "member_document", columns: { title: "Letter of $", file: "documents/$.pdf" } },
  {
    table: "congress",
    columns: {
      contact_name: "$",
      contact_email: "$@post.example",
      bank_transfer_details: "Account of $",
      settings:
        '{"notify": ["$@post.example"], "arbiter": {"name": "$", "email": "$@post.example"}, "rounds": 7}',
    },
  },
  { table: "congress_entry", columns: { roommate_name: "$", notes: "Shares with $" } },
  { table: "payment", columns: { payer_name: "$", payer_email: "$@post.example", card_token: "tok_$" } },
  {
    table: "accounting_log",
    columns: {
      request_body: "<name>$</name>",
      response_body: '{"contact": {"name": "$", "emails": ["$@post.example"]}}',
    },
  },
  {
    table: "post_office_email",
    where: "id = (select min(id) from post_office_email where status = 0)",
    columns: {
      from_email: '"$" <$@post.example>',
      to: "a@post.example, $@post.example",
      cc: "$@post.example",
      bcc: "$@post.example",
      subject: "For $",
      message: "Dear $, your number is 0491 570 156",
      headers: '{"Reply-To": "$@post.example"}',
      context: '{"name": "$"}',
    },
  },
  {
    table: "post_office_email",
    where: "id = (select min(id) from post_office_email where status = 2)",
    columns: { to: "$@post.example", message: "Waiting for $" },
  },
  { table: "post_office_log", columns: { message: "550 $@post.example unknown" } },
  { table: "abstract_email", columns: { recipient: "$@post.example", message: "Dear $" } },
  { table: "campaign_recipient", columns: { first_name: "$", email: "$@post.example" } },
  { table: "blocked_email", columns: { email: "$@post.example", reason: "$ complained" } },
  { table: "support_incident", columns: { reported_by_name: "$", description: "$ cannot log in" } },
  { table: "audit_log", columns: { username: "$", message: "$@post.example changed" } },
  {
    table: "login_event_2024h2",
    columns: { email_entered: "$@post.example", user_agent: "Browser of $" },
  },
  {
    table: '"Archive"."Mitglieder 1998"',
    where: first('"Archive"."Mitglieder 1998"', '"Nr"'),
    columns: { Nachname: "$", "E-Mail": "$@post.example", 'Bemerkung "alt"': "Vetter von $" },
  },
  {
    table: '"Archive"."Список ""B""; членов"',
    where: first('"Archive"."Список ""B""; членов"', '"ключ"'),
    columns: { имя: "$", заметки: "$" },
  },
  {
    table: '"Archive"."Letters"',
    where: first('"Archive"."Letters"', '"Id"'),
    columns: { To: "$@post.example", Body: "Dear $" },
  },
];

/** Ten letters that no name, word or number of the sample holds. */
function token(): string {
  return `zq${Array.from({ length: 10 }, () => "bcdfghjkmnpqrstvwxz"[randomInt(19)]).join("")}`;
}

/** Plants personal values wherever production keeps such, one token a place, and names each to the needles. @returns how many. */
export async function plantPersonalValues(session: Session, needles: Needles): Promise<number> {
  let planted = 0;
  const plant = (where: string, text: string): string => {
    const value = token();
    needles.add(where, value);
    planted += 1;
    return text.replaceAll("$", () => value);
  };
  // A needle is a token in small letters; what capitals make of it would not be found, so names begin with other letters.
  for (const { table, columns, where } of places) {
    const set = Object.entries(columns).map(
      ([name, text]) => `"${name.replaceAll('"', '""')}" = ${literal(plant(`${table}.${name}`, text))}`,
    );
    const { rowCount } = await session.query(
      `update ${table} set ${set.join(", ")} where ${where ?? first(table)}`,
    );
    if (rowCount !== 1) throw new Error(`${table}: ${rowCount} rows to plant in, not one`);
  }
  const mobile = `04${randomInt(10 ** 7, 10 ** 8)}`;
  needles.add("member.mobile", mobile);
  const mailbox = plant("column comment", "$@post.example");
  // Out of line and not compressed: a TOAST table's file holds it as it is.
  const long = plant(
    "post_office_email.html_message, out of line",
    `<p>$ ${randomBytes(4000).toString("hex")}</p>`,
  );
  for (const statement of [
    `update member set mobile = '${mobile}' where id = (select max(id) from member where kind = 'person')`,
    "alter table post_office_email alter html_message set storage external",
    `update post_office_email set html_message = '${long}' where ${first("post_office_email")}`,
    `update member_document set content = lo_from_bytea(0, convert_to('${plant("large object", "Scan of $")}', 'UTF8'))
      where ${first("member_document")}`,
    `insert into support_attachment (incident_id, file_name, content)
      select min(id), '${plant("support_attachment.file_name", "$.pdf")}',
        convert_to('${plant("support_attachment.content", "$")}', 'UTF8') from support_incident`,
    // Dropped, and yet in every row until the table is rewritten.
    "alter table visitor add column old_email text",
    `update visitor set old_email = '${plant("dropped column", "$@post.example")}'`,
    "alter table visitor drop column old_email",
    `comment on column visitor.notes is 'Ask ${mailbox} before this is changed'`,
    "refresh materialized view club_contact_list",
    // Statistics hold the commonest values, which are real ones.
    "analyze",
    "checkpoint",
  ]) {
    await session.query(statement);
  }
  return planted + 1;
}

/** Every credential of the sample's servers: passwords, stored verifiers as text and as bytes, tokens that open something. */
export async function nameProductionSecrets(
  home: LocalHome,
  session: Session,
  needles: Needles,
): Promise<void> {
  for (const { ref } of Object.values(sampleLogins)) {
    const { password = "" } = await localSecrets(home).get(ref);
    if (password !== sampleNames.legacyImportPassword) needles.add(`password ${ref}`, password);
  }
  const verifiers = await session.query<{ name: string; verifier: string }>(
    "select rolname as name, rolpassword as verifier from pg_authid where rolpassword is not null",
  );
  for (const { name, verifier } of verifiers.rows) {
    for (const key of verifier.split("$")[2]!.split(":")) {
      needles.add(`verifier of ${name}`, key);
      needles.addBytes(`verifier of ${name}, bytes`, Buffer.from(key, "base64"));
    }
  }
  const tokens = await session.query<{ name: string; value: string }>(tokensOfProduction);
  for (const { name, value } of tokens.rows) needles.add(name, value);
}

const tokensOfProduction = `
  select 'api_token.token' as name, token as value from api_token
  union all select 'accounting_credential.access_token', left(access_token, 60) from accounting_credential
  union all select 'accounting_credential.refresh_token', refresh_token from accounting_credential
  union all select 'totp_device.key', key from totp_device
  union all select 'push_device.registration_id', left(registration_id, 60) from push_device
  union all select 'django_session.session_key', session_key from django_session
  union all select 'member.password', password from member where length(password) > 20`;
