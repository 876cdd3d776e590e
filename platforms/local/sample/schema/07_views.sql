create view member_directory as
  select m.id, m.membership_number, m.first_name || ' ' || m.last_name as full_name, m.email, m.mobile, c.name as home_club
  from member m left join club c on c.id = m.home_club_id
  where m.kind = 'person' and m.is_active and m.email <> 'noemail@notset.example';
comment on view member_directory is 'For the phone list. Questions to Margarethe Lindqvist, m.lindqvist@post.example';

create materialized view club_contact_list as
  select c.id as club_id, c.name as club, c.contact, s.first_name || ' ' || s.last_name as secretary,
    s.email as secretary_email, s.mobile as secretary_mobile
  from club c left join member s on s.id = c.secretary_id
  with no data;
create unique index club_contact_list_club on club_contact_list (club_id);
comment on materialized view club_contact_list is 'Refreshed nightly; printed for the yearly congress';

comment on table club is 'Affiliated clubs';
comment on column club.contact is
  'Ask Henk van der Meulen (henk.vandermeulen@inbox.example, 0491570156) before this is changed';
comment on column "Archive"."Letters"."Body" is 'Scanned by Aroha Ngata <aroha.ngata@kiwimail.example> in 2003';
comment on table login_event is 'Kept for eighteen months';

grant usage on schema public, "Archive" to federation_readers;
grant select on all tables in schema public, "Archive" to federation_readers;
alter default privileges grant select on tables to federation_readers;
revoke select on api_token, accounting_credential, totp_device, django_session from federation_readers;
grant select (membership_number, first_name, last_name), update (email_hard_bounce) on member to legacy_import;
grant select, insert on unregistered_member to legacy_import;
grant usage on sequence membership_number_seq to legacy_import;
