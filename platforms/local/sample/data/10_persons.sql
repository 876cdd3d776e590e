-- The people themselves, as a temporary table that the other files draw from. Person k becomes member k + 3.

create temp table person as
with numbered as (
  select k, ('{anglo,anglo,anglo,anglo,anglo,anglo,anglo,nordic,nordic,latin,latin,cyrillic,greek,han,semitic,indic}'::text[])
    [1 + pg_temp.h(k, 1) % 16] as culture
  from generate_series(1, pg_temp.members()) as k
), sizes as (
  select culture, part, count(*) as size from word group by culture, part
), named as (
  select p.k, p.culture, f.value as first_name, l.value as last_name, f.latin as first_latin, l.latin as last_latin
  from numbered p
  join sizes fs on fs.culture = p.culture and fs.part = 'first'
  join sizes ls on ls.culture = p.culture and ls.part = 'last'
  join word f on f.culture = p.culture and f.part = 'first' and f.n = pg_temp.h(p.k, 2) % fs.size
  join word l on l.culture = p.culture and l.part = 'last' and l.n = pg_temp.h(p.k, 3) % ls.size
), placed as (
  select *, ceil(pg_temp.members() / 60.0)::bigint as clubs,
    pg_temp.pick('{mail.example,post.example,inbox.example,kiwimail.example,correo.example,mail.chessclub.example,home.test,
      Mail.Example,lindqvist-partners.example,bigpond.example}', k, 4) as domain
  from named
)
select k, k + 3 as id, culture, first_name, last_name, first_name || ' ' || last_name as full_name,
  1 + (k - 1) % clubs as club_id,
  case when k = 1 then 'webmaster' else replace(first_latin, '''', '') || k end as username,
  case pg_temp.h(k, 5) % 12
    when 0 then initcap(first_latin) || '.' || initcap(last_latin) || k || '@' || domain
    when 1 then left(first_latin, 1) || last_latin || '+chess' || k || '@' || domain
    when 2 then first_latin || '_' || k || '@' || domain
    when 3 then case when pg_temp.h(k, 6) % 20 = 0 then first_latin || k || '@schach-köln.example'
      else 'family.' || replace(last_latin, '.', '') || (k - k % 4) || '@' || lower(domain) end
    else first_latin || '.' || last_latin || k || '@' || domain
  end as email,
  pg_temp.mobile(k) as mobile,
  date '1931-01-01' + (pg_temp.h(k, 7) % 29200)::int as date_of_birth,
  (1 + pg_temp.h(k, 8) % 240) || ' ' || pg_temp.pick('{Banksia,Currawong,Gallipoli,Jacaranda,King William,Lighthouse,Old Mill,
    Queen Mary''s,Railway,Sturt,Wattlebird,Yarraman}', k, 9) || ' ' || pg_temp.pick('{Street,Road,Avenue,Parade,Crescent,Lane}', k, 10)
    as address1,
  case when pg_temp.h(k, 11) % 5 = 0 then 'Unit ' || (1 + pg_temp.h(k, 12) % 40) end as address2,
  pg_temp.pick('{Ballymore,Cedar Point,Drysdale,Emu Flat,Glenhaven,Kangaroo Valley,Mount Barker,North Quay,Port Elliot,
    Rosewater,St Kilda East,Two Rocks,Upper Sturt,Wollongbar}', k, 13) as suburb,
  pg_temp.pick('{ACT,NSW,NT,QLD,SA,TAS,VIC,WA}', k, 14) as state,
  (2000 + pg_temp.h(k, 15) % 5999)::text as postcode
from placed;
alter table person add primary key (k);
analyze person;

-- Clubs, with the person who answers for each: person n is the secretary of club n.
create temp table club_source as
select n, 'FC' || lpad(n::text, 4, '0') as code, k, suburb,
  'info@' || regexp_replace(lower(suburb), '[^a-z]', '', 'g') || n || '-chess.example' as contact,
  suburb || ' ' || pg_temp.pick('{Chess Club,Chess Circle,Knights,School of Chess,RSL Chess Club,Bishop''s Gambit}', n, 20) || ' ' || n as name
from generate_series(1, ceil(pg_temp.members() / 60.0)::bigint) as n join person on person.k = n;
alter table club_source add primary key (n);
analyze club_source;
