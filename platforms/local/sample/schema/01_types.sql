-- Types of the federation's application. Everything in schema/ runs as federation_app, which owns it all.
-- The order of a build: schema/0*.sql, data/*.sql, then keys/*.sql, because keys are cheap to add to loaded tables.

create type member_kind as enum ('person', 'everyone', 'to_be_announced', 'organisation');
create type membership_status as enum ('applied', 'current', 'lapsed', 'resigned', 'deceased');
create type payment_kind as enum ('card', 'transfer', 'cash');

-- FC and six digits; the three system users hold FC000000 to FC000002.
create domain membership_number as varchar(8) check (value ~ '^FC[0-9]{6}$');
create domain email_address as varchar(254) check (value ~ '^[^@[:space:]]+@[^@[:space:]]+$');
create domain state_code as varchar(3) check (value in ('ACT', 'NSW', 'NT', 'QLD', 'SA', 'TAS', 'VIC', 'WA'));

create sequence membership_number_seq;
