-- Everything by which production reaches out, but for the subscription and the replication slot (reach.ts: neither can be
-- made inside a transaction that has written). Passwords come by settings of the session and stay in the catalogue, as they do in life.

create server ratings_office foreign data wrapper postgres_fdw options (host '127.0.0.1', dbname 'ratings');
do $$
begin
  execute format('alter server ratings_office options (add port %L)', current_setting('sample.publisher_port'));
  execute format('create user mapping for federation_app server ratings_office options (user ''reader'', password %L)',
    current_setting('sample.password_reader'));
  execute format('create user mapping for federation_admin server ratings_office options (user ''reader'', password %L)',
    current_setting('sample.password_reader'));
end $$;
grant usage on foreign server ratings_office to federation_app;

set role federation_app;
create foreign table rating_history (
  membership_number varchar(8) not null,
  player_name varchar(200) not null,
  rating integer not null,
  as_of date not null
) server ratings_office;
comment on foreign table rating_history is 'At the ratings office';

-- Announces every new entry to the ratings office, over a connection of its own that no rollback takes back.
do $$
begin
  execute format($body$
    create function announce_entry() returns trigger language plpgsql as $function$
    begin
      perform dblink_exec(%L, format('insert into entry_announcement (congress, player) values (%%L, %%L)',
        (select name from congress where id = new.congress_id),
        (select first_name || ' ' || last_name from member where id = new.member_id)));
      return new;
    end $function$
  $body$, format('host=127.0.0.1 port=%s dbname=ratings user=announcer password=%s',
    current_setting('sample.publisher_port'), current_setting('sample.password_announcer')));
end $$;
create trigger congress_entry_announce after insert on congress_entry for each row execute function announce_entry();
reset role;

create function note_ddl() returns event_trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  -- Temporary tables are nobody's business, and a read-only session may make them.
  insert into ddl_log (happened_at, who, from_address, command, object)
  select now(), session_user, inet_client_addr(), command_tag, object_identity
  from pg_event_trigger_ddl_commands() where schema_name is distinct from 'pg_temp';
end $$;
create event trigger note_ddl on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE') execute function note_ddl();

create publication club_site for table club, congress;
