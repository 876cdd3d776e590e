-- Dropped, and yet in every row until the table is rewritten.
alter table newsletter_subscriber drop column previous_email;

-- Sequences stand behind the keys that were given above.
do $$
declare
  held record;
begin
  for held in
    select format('%I.%I', n.nspname, c.relname) as relation, a.attname as name, pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) as sequence
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'Archive') and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) is not null
  loop
    execute format('select setval(%L, coalesce(max(%I), 0) + 1, false) from %s', held.sequence, held.name, held.relation);
  end loop;
  perform setval('membership_number_seq', pg_temp.members() + 4);
end $$;
