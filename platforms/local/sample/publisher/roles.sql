-- Logins of the ratings office: one for the replication of ratings, one that reads, one that takes announcements.
do $$
declare
  login text;
begin
  foreach login in array '{feed,reader,announcer}'::text[] loop
    execute format('create role %I login %s password %L', login, case login when 'feed' then 'replication' else '' end,
      current_setting('sample.verifier_' || login));
  end loop;
end $$;
