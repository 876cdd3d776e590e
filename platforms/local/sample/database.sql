-- What belongs to production's database as a whole; run in it by the administrator, before the schema.
comment on database federation is 'Production. On call: Harriet Quigley, 0491 570 157, harriet.quigley@inbox.example';
alter database federation set timezone = 'Australia/Sydney';
alter database federation set federation.office_address = 'office@federation.example';
alter role "Zoë O'Brien" in database federation set work_mem = '32MB';
revoke connect on database federation from public;
grant connect on database federation to federation_app, federation_readers, legacy_import;
create extension dblink;
create extension postgres_fdw;
