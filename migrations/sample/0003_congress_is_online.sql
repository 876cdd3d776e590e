-- Congresses may be played over the net. Those without a venue are.
alter table congress add column if not exists is_online boolean not null default false;
update congress set is_online = true where venue_address is null and not is_online;

insert into schema_migration (version) values ('0003_congress_is_online') on conflict (version) do nothing;
