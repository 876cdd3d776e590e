/** What the sample must hold, as one question to production's catalogue or rows each, and its answer as text. */
export interface Feature {
  query: string;
  expected: string;
}

const yes = (condition: string): Feature => ({ query: `select ${condition}`, expected: "true" });
const has = (query: string): Feature => yes(`exists (${query})`);
const count = (query: string, expected: number): Feature => ({ query, expected: String(expected) });

/** @param members a number of at least 100 */
export function features(members: number): Record<string, Feature> {
  return { ...people(members), ...mail(members), ...kinds, ...reach, ...settings };
}

const people = (members: number): Record<string, Feature> => ({
  "its members": count("select count(*) from member where kind = 'person'", members),
  "its system users": {
    query:
      "select string_agg(id || ' ' || kind || ' ' || email, ', ' order by id) from member where kind <> 'person'",
    expected:
      "1 everyone everyone@federation.example, 2 to_be_announced tba@federation.example, 3 organisation noemail@notset.example",
  },
  "members whose address is the sentinel": has(
    "select from member where kind = 'person' and email = 'noemail@notset.example'",
  ),
  "club memberships with and without an address": yes(
    "(select count(email) > 0 and count(*) > count(email) from club_member)",
  ),
  visitors: has("select from visitor where email <> '' and last_name <> ''"),
  "contacts of congresses": has(
    "select from congress where contact_email is not null and contact_name is not null",
  ),
  "payments with card tokens": has(
    "select from payment where card_token like 'tok\\_%' and card_last4 is not null",
  ),
  "API tokens": has("select from api_token where length(token) = 40"),
  "accounting credentials": has("select from accounting_credential where length(access_token) > 1000"),
  "push devices with notifications": has(
    "select from push_notification join push_device d on d.id = push_device_id",
  ),
  "sessions that hold an address": has(
    "select from django_session where convert_from(decode(split_part(session_data, ':', 1), 'base64'), 'UTF8') like '%@%'",
  ),
  "password hashes as Django writes them": has(
    "select from member where password ~ '^pbkdf2_sha256\\$600000\\$[0-9a-f]{22}\\$[A-Za-z0-9+/]{43}=$'",
  ),
  "incidents that name people, telephones and addresses": has(
    "select from support_incident where description like '%' || reported_by_name || '%' and description ~ '\\+61 4\\d\\d \\d{6}' and description like '%@%'",
  ),
  "an audit log with addresses of both kinds and names": yes(
    "exists (select from audit_log where ip like '203.%') and exists (select from audit_log where ip like '%::%') and exists (select from audit_log where message like '%@%')",
  ),
  "names in several scripts": yes(
    "(select bool_or(last_name ~ '[а-я]') and bool_or(last_name ~ '[α-ω]') and bool_or(last_name ~ '[一-龠]') and bool_or(last_name ~ '''') from member)",
  ),
  "unique mobiles of one pattern": has(
    "select from pg_constraint where conrelid = 'member'::regclass and pg_get_constraintdef(oid) like '%^04[0-9]{8}$%'",
  ),
});

const mail = (members: number): Record<string, Feature> => ({
  "twelve messages a member": count("select count(*) from post_office_email", 12 * members),
  "messages of every status": {
    query: "select string_agg(distinct coalesce(status::text, 'null'), ' ') from post_office_email",
    expected: "0 1 2 3 null",
  },
  "messages to several people": yes(
    `(select bool_or("to" ~ '@.*,.*@') and bool_or("to" like '"%>%') and bool_or(cc like '%@%,%@%') and bool_or(bcc like '%@%') from post_office_email)`,
  ),
  "messages with addresses in headers and context": yes(
    "(select bool_or(headers::json ->> 'Reply-to' like '%@%') and bool_or(context::json ->> 'email' like '%@%') from post_office_email)",
  ),
  "messages that are stored out of line": yes(
    "pg_relation_size((select reltoastrelid from pg_class where oid = 'post_office_email'::regclass)) > 0",
  ),
  "logs, attachments and readers of messages": yes(
    "(select count(*) > 0 from post_office_log) and (select count(*) > 0 from post_office_attachment_emails) and (select count(*) > 0 from email_snooper)",
  ),
  "a legacy queue of which each message is in one child": yes(
    `(select count(*) = ${members} from abstract_email) and (select (select count(*) from email) + (select count(*) from email_archive) = ${members})`,
  ),
});

const kinds: Record<string, Feature> = {
  "foreign keys that are checked at commit": has(
    "select from pg_constraint where conname = 'email_snooper_post_office_email_id_fk' and condeferrable and condeferred",
  ),
  "foreign keys in a circle": yes(
    "(select count(*) = 2 from pg_constraint where conname in ('club_secretary_id_fk', 'member_home_club_id_fk'))",
  ),
  "children that share their parent's key": yes(
    "(select count(*) = 2 from pg_constraint where contype = 'f' and confrelid = 'abstract_email'::regclass)",
  ),
  "a table in parts by date, each with rows": yes(
    `(select count(distinct tableoid) = 4 from login_event) and (select partstrat = 'r' from pg_partitioned_table where partrelid = 'login_event'::regclass)`,
  ),
  "a view and a filled materialised view over people": yes(
    "(select count(*) > 0 from member_directory) and (select count(secretary_email) > 0 from club_contact_list)",
  ),
  "a column that is computed from personal ones": has(
    "select from pg_attribute where attrelid = 'member'::regclass and attname = 'search_text' and attgenerated = 's'",
  ),
  "identity columns of both kinds, and a serial one": yes(
    `(select count(distinct attidentity) = 2 from pg_attribute where attrelid in ('audit_log'::regclass, 'member'::regclass) and attidentity <> '')
       and (select column_default like 'nextval%' from information_schema.columns where table_name = 'payment' and column_name = 'id')`,
  ),
  "enums and domains": yes(
    "(select bool_or(typtype = 'e') and bool_or(typtype = 'd') from pg_type where typnamespace = 'public'::regnamespace)",
  ),
  "comments with an address, on columns, views, roles and the database": yes(
    `(select count(*) >= 3 from pg_description where description like '%@%') and (select count(*) = 2 from pg_shdescription where description like '%@%')`,
  ),
  "names with capitals, quotes and several scripts": yes(
    `exists (select "Bemerkung ""alt""" from "Archive"."Mitglieder 1998") and exists (select "почта" from "Archive"."Список ""B""; членов") and exists (select "Select" from "Archive"."Letters")`,
  ),
  "addresses in documents, arrays and bytes": yes(
    `exists (select from member where profile -> 'contact' ->> 'email' like '%@%') and exists (select from member where other_emails::text like '%@%')
       and exists (select from support_attachment where convert_from(content, 'UTF8') like '%@%')`,
  ),
  "large objects that name people": yes(
    "(select count(*) = 5 and bool_and(convert_from(lo_get(content), 'UTF8') like '%@%') from member_document where content is not null)",
  ),
  "a table with a dropped column": has(
    "select from pg_attribute where attrelid = 'newsletter_subscriber'::regclass and attisdropped",
  ),
  "an empty table": yes("not exists (select from waiting_list)"),
  "statistics of several personal columns, filled": yes(
    "(select count(*) = 2 from pg_statistic_ext join pg_statistic_ext_data on stxoid = oid)",
  ),
  "a unique index over an expression": has(
    "select from pg_indexes where indexdef ~ 'UNIQUE.*lower\\(.*email'",
  ),
  "an address column that is not called one": yes(
    "exists (select from club where contact like '%@%') and (select atttypmod = 44 from pg_attribute where attrelid = 'club'::regclass and attname = 'contact')",
  ),
  "sequences behind their columns": yes(
    "(select last_value from member_id_seq) > (select max(id) from member)",
  ),
  "rights on columns": has(
    "select from pg_attribute where attrelid = 'member'::regclass and attacl is not null",
  ),
};

const reach: Record<string, Feature> = {
  "a subscription that streams": has(
    "select from pg_stat_subscription where pid is not null and subname = 'ratings_feed'",
  ),
  "ratings that came by it": yes("(select count(*) > 0 from rating_feed)"),
  "a foreign table that answers": yes("(select count(*) > 0 from rating_history)"),
  "a user mapping with a password": has(
    "select from pg_user_mappings where umoptions::text like '%password=%'",
  ),
  "a password in a function that a trigger runs": has(
    "select from pg_trigger join pg_proc p on p.oid = tgfoid where prosrc ~ 'dblink.*password=\\w{32}' and tgenabled = 'O'",
  ),
  "an event trigger": has("select from pg_event_trigger where evtname = 'note_ddl' and evtenabled = 'O'"),
  "a publication of its own with a slot": yes(
    "exists (select from pg_publication_tables where pubname = 'club_site') and exists (select from pg_replication_slots where slot_name = 'club_site' and plugin = 'pgoutput')",
  ),
  "a prepared transaction": has("select from pg_prepared_xacts where owner = 'federation_app'"),
};

const setting = (name: string, value: string): Feature => ({ query: `show ${name}`, expected: value });

const settings: Record<string, Feature> = {
  "wal_level logical": setting("wal_level", "logical"),
  "archiving on": setting("archive_mode", "on"),
  "loopback alone": setting("listen_addresses", "127.0.0.1"),
  "scram for new passwords": setting("password_encryption", "scram-sha-256"),
  "scram alone over the network": yes(
    "(select bool_and(auth_method = 'scram-sha-256') from pg_hba_file_rules where type = 'host')",
  ),
  "settings of roles, of the database and of both": yes(
    "(select count(distinct (setdatabase = 0, setrole = 0)) = 3 from pg_db_role_setting)",
  ),
  "roles that log in, read, and belong to groups": {
    query: "select string_agg(rolname, ', ' order by rolname) from pg_roles where oid >= 16384 or rolsuper",
    expected: "Zoë O'Brien, federation_admin, federation_app, federation_readers, legacy_import, reporting",
  },
  "tables that all belong to the application": yes(
    "(select bool_and(tableowner = 'federation_app') from pg_tables where schemaname in ('public', 'Archive'))",
  ),
};
