-- Roles of production. Verifiers come by settings of the session, so that no statement holds a password.
do $$
declare
  login record;
begin
  for login in select * from (values ('federation_app', 'app'), ('reporting', 'reporting'), ('Zoë O''Brien', 'person'),
    ('legacy_import', 'legacy_import')) as logins (name, setting)
  loop
    execute format('create role %I login password %L', login.name, current_setting('sample.verifier_' || login.setting));
  end loop;
end $$;

create role federation_readers nologin;
grant federation_readers to reporting, "Zoë O'Brien";
grant federation_app to "Zoë O'Brien";

alter role federation_app set statement_timeout = '5min';
alter role reporting set default_transaction_read_only = on;
alter role reporting connection limit 10;
alter role "Zoë O'Brien" valid until '2035-01-01Z';
comment on role legacy_import is 'Same password since 2014, everybody has it. Ask Fergus Carmichael (fergus.carmichael@post.example)';
