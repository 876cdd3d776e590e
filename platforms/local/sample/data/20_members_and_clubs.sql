-- System users. Settings of the application name them by their keys, so those never change.
insert into member (id, membership_number, kind, username, password, first_name, last_name, email, is_active, date_joined)
select * from (values
  (1, 'FC000000', 'everyone'::member_kind, 'EVERYONE', '!', 'Everyone', 'In The Federation', 'everyone@federation.example', false),
  (2, 'FC000001', 'to_be_announced', 'TBA', '!', 'To Be', 'Announced', 'tba@federation.example', false),
  (3, 'FC000002', 'organisation', 'FEDERATION', '!', 'The', 'Federation', 'noemail@notset.example', true)
) as fixed cross join (select timestamptz '2011-07-01Z') as joined
where pg_temp.members() > 0;

insert into club (id, code, name, contact, address1, address2, suburb, state, postcode, phone, website, logo, bank_bsb, bank_account,
  send_results_email, secretary_id, founded, created_at)
select n, code, name, left(contact, 40), address1, address2, p.suburb, p.state, postcode,
  '(0' || 2 + n % 7 || ') 9' || lpad((pg_temp.h(n, 30) % 10000000)::text, 7, '0'),
  'https://www.' || split_part(contact, '@', 2) || '/', 'clubs/' || code || '/logo.png',
  lpad((pg_temp.h(n, 31) % 1000)::text, 3, '0') || '-' || lpad((pg_temp.h(n, 32) % 1000)::text, 3, '0'),
  lpad((pg_temp.h(n, 33) % 1000000000)::text, 9, '0'),
  n % 3 = 0, p.id, date '1899-05-01' + (pg_temp.h(n, 34) % 45000)::int, timestamptz '2011-07-01Z' + n * interval '3 hours'
from club_source join person p using (k);

insert into member (id, membership_number, username, password, first_name, last_name, email, mobile, date_of_birth, gender, about, photo,
  gateway_customer_id, home_club_id, other_emails, profile, receive_results_email, email_hard_bounce, is_active, is_staff, date_joined,
  last_login, last_login_ip)
select id, 'FC' || lpad(id::text, 6, '0'), username,
  'pbkdf2_sha256$600000$' || left(md5('salt' || k), 22) || '$' || encode(sha256(('hash' || k)::bytea), 'base64'),
  first_name, last_name, case when pg_temp.h(k, 40) % 90 = 0 then 'noemail@notset.example' else email end,
  case when pg_temp.h(k, 41) % 8 > 0 then mobile end, date_of_birth, (array['F', 'M', 'X', null])[1 + pg_temp.h(k, 42) % 4],
  case when pg_temp.h(k, 43) % 4 = 0 then format('I teach at %s and play the %s. Ring me on %s after six, or write to %s.', suburb,
    pg_temp.pick('{Caro-Kann,King''s Indian,Nimzowitsch Defence,London System}', k, 44),
    substr(mobile, 1, 4) || ' ' || substr(mobile, 5, 3) || ' ' || substr(mobile, 8), email) end,
  case when pg_temp.h(k, 45) % 3 = 0 then 'members/' || username || '/portrait.jpg' end,
  case when pg_temp.h(k, 46) % 2 = 0 then 'cus_' || left(md5('customer' || k), 14) end,
  club_id,
  case when pg_temp.h(k, 47) % 10 = 0 then array[username || '@work.example', 'old.' || username || '@post.example'] else '{}' end,
  jsonb_build_object('theme', 'dark', 'emergency', jsonb_build_object('name', 'Aunt ' || last_name, 'phone', pg_temp.mobile(k + 31000000)),
    'contact', jsonb_build_object('email', email, 'phones', jsonb_build_array(mobile), 'street', address1)),
  k % 5 > 0, k % 77 = 0, k % 31 > 0, k % 1000 = 1, timestamptz '2011-07-01Z' + (pg_temp.h(k, 48) % 5000) * interval '1 day',
  case when k % 9 > 0 then pg_temp.base() - (pg_temp.h(k, 49) % 31536000) * interval '1 second' end,
  case when k % 9 > 0 then pg_temp.ip(k, 50)::inet end
from person;

-- Most people belong to their home club, one in five to a second one. A third gave the club no address of their own.
insert into club_member (club_id, member_id, status, email, address1, address2, suburb, state, postcode, preferred_phone, other_phone,
  date_of_birth, emergency_contact, notes, joined_on)
select 1 + (p.club_id - 1 + extra * 7) % clubs, p.id, pg_temp.pick('{current,current,current,current,lapsed,resigned,applied,deceased}', p.k, 60)::membership_status,
  case pg_temp.h(p.k, 61) % 12 when 0 then null when 1 then null when 2 then null when 3 then null when 4 then 'noemail@notset.example'
    else p.email end,
  p.address1, p.address2, p.suburb, p.state, p.postcode, p.mobile, case when p.k % 3 = 0 then '(08) 8' || lpad((p.k * 7919 % 10000000)::text, 7, '0') end,
  p.date_of_birth, 'Partner of ' || p.full_name || ', ' || pg_temp.mobile(p.k + 42000000),
  case when p.k % 6 = 0 then format('%s paid in cash to %s. Do not ring before noon: %s', p.full_name, friend.full_name, p.mobile) end,
  date '2015-01-01' + (pg_temp.h(p.k, 62) % 3900)::int
from person p
cross join (select count(*) as clubs from club_source) as c
join person friend on friend.k = 1 + pg_temp.h(p.k, 63) % pg_temp.members()
join generate_series(0, 1) as extra on extra = 0 or (p.k % 5 = 0 and clubs > 7)
order by p.k, extra;

insert into unregistered_member (membership_number, first_name, last_name, added_by_id)
select 'FC' || 900000 + k, first_name, last_name || ' (unregistered)', id from person where k % 20 = 3 and k < 99999 order by k;

insert into visitor (club_id, first_name, last_name, email, phone, notes, visited_on)
select club_id, first_name, last_name || ' jun.', 'visitor.' || username || '@inbox.example', case when k % 4 = 0 then '+61 ' || substr(mobile, 2) end,
  case when k % 12 = 4 then 'Came with ' || full_name || ', wants the newsletter at visitor.' || username || '@inbox.example' end,
  (pg_temp.base() - (k % 700) * interval '1 day')::date
from person where k % 6 = 4 order by k;

insert into newsletter_subscriber (email, previous_email, display_name, confirmed_at)
select 'news.' || username || '@mail.example', 'before.' || username || '@post.example', full_name, pg_temp.base() - k * interval '1 minute'
from person where k % 3 = 0 order by k;

-- A few letters that were scanned before there was a file store; the objects belong to the application.
insert into member_document (member_id, title, file, content, uploaded_at)
select id, 'Medical certificate of ' || full_name, 'documents/' || username || '.pdf',
  case when k <= 5 then lo_from_bytea((700000 + k)::oid, convert_to(
    format(E'To whom it may concern: %s, born %s, of %s %s, may play seated.\nReach me at %s or %s.\n', full_name, date_of_birth, address1, suburb,
      mobile, email) || repeat('Signed, the surgery at ' || suburb || E'.\n', 100), 'UTF8')) end,
  pg_temp.base() - k * interval '1 day'
from person where k <= 5 or k % 200 = 0 order by k;
