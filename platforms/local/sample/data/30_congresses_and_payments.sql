-- Every club invites once a year; half of the members enter a congress.
insert into congress (id, club_id, name, starts_on, ends_on, contact_name, contact_email, contact_phone, venue_address,
  bank_transfer_details, settings)
select n, n, c.suburb || ' Open ' || 2020 + n % 6, start, start + 3, p.full_name,
  case when n % 4 > 0 then 'congress' || n || '@' || split_part(c.contact, '@', 2) end, p.mobile,
  p.address1 || ', ' || p.suburb || ' ' || p.state || ' ' || p.postcode,
  case when n % 2 = 0 then format('Account of %s, BSB %s-%s, number %s; send the receipt to %s', p.full_name, 100 + n % 900, 100 + n * 7 % 900,
    100000000 + n * 7919, p.email) end,
  jsonb_build_object('notify', jsonb_build_array(c.contact, p.email), 'rounds', 5 + n % 5,
    'arbiter', jsonb_build_object('name', arbiter.full_name, 'email', arbiter.email))
from club_source c join person p using (k)
join person arbiter on arbiter.k = 1 + pg_temp.h(n, 70) % pg_temp.members()
cross join lateral (select (pg_temp.base() + (n % 500 - 400) * interval '1 day')::date as start) as dates;

insert into congress_entry (id, congress_id, member_id, team_captain_id, roommate_name, notes, fee, entered_at)
select p.k, 1 + pg_temp.h(p.k, 71) % clubs, p.id, case when p.k % 8 = 0 then captain.id end,
  case when p.k % 10 = 0 then captain.full_name end,
  case when p.k % 14 = 0 then 'Vegetarian. In an emergency call ' || captain.first_name || ' on ' || captain.mobile end,
  40 + pg_temp.h(p.k, 72) % 200, pg_temp.base() - (pg_temp.h(p.k, 73) % 600) * interval '1 day'
from person p
cross join (select count(*) as clubs from club_source) as c
join person captain on captain.k = 1 + pg_temp.h(p.k, 74) % pg_temp.members()
where p.k % 2 = 0;

insert into payment (member_id, congress_entry_id, reference, kind, amount, payer_name, payer_email, card_token, card_last4, card_expires,
  receipt_url, paid_at)
select p.id, case when n = 0 and p.k % 2 = 0 then p.k end, md5('payment' || p.k || '/' || n)::uuid, kind,
  (500 + pg_temp.h(p.k * 4 + n, 81) % 40000) / 100.0, p.full_name, case when n < 2 then p.email end,
  case when kind = 'card' then 'tok_' || encode(sha256(('card' || p.k)::bytea), 'hex') end::varchar(64),
  case when kind = 'card' then lpad((pg_temp.h(p.k, 82) % 10000)::text, 4, '0') end,
  case when kind = 'card' then lpad((1 + p.k % 12)::text, 2, '0') || '/' || 26 + p.k % 5 end,
  case when kind = 'card' then 'https://pay.gateway.example/receipts/' || md5('receipt' || p.k || '/' || n) end,
  pg_temp.base() - (pg_temp.h(p.k * 4 + n, 83) % 63072000) * interval '1 second'
from person p cross join generate_series(0, 2) as n
cross join lateral (select pg_temp.pick('{card,card,card,transfer,cash}', p.k * 4 + n, 80)::payment_kind as kind) as kinds
order by p.k, n;

insert into accounting_credential (tenant_id, access_token, refresh_token, authorisation_code, connected_by, expires_at)
select md5('tenant')::uuid::text, 'eyJhbGciOiJSUzI1NiJ9.' || string_agg(md5('access' || n), '' order by n), md5('refresh') || md5('refresh2'),
  md5('code'), min(email), pg_temp.base() + interval '30 minutes'
from generate_series(1, 40) as n join person on k = 1 having count(*) > 0;

insert into accounting_log (called_at, request_body, response_body, status_code)
select pg_temp.base() - n * interval '7 hours',
  format('POST /invoices {"contact": "%s", "email": "%s", "token": "%s"}', name, contact, md5('access' || n)),
  json_build_object('invoice', 'INV-' || 4000 + n, 'contact', json_build_object('name', p.full_name, 'emails', json_build_array(p.email))), 200
from club_source join person p using (k) order by n;

insert into "Archive"."Mitglieder 1998"
select k, first_name, last_name, replace(address1, 'Street', 'Straße'), left('0' || postcode, 5), suburb, username || '@compuserve.example',
  date_of_birth - 7300, case when k % 30 = 0 then 'Zahlt bar, Tel. ' || mobile end, 1000 + pg_temp.h(k, 90) % 1500
from person where k % 10 = 0;

insert into "Archive"."Список ""B""; членов" ("имя", "почта", "電話", "заметки")
select full_name, case when k % 30 > 0 then 'arkhiv.' || username || '@post.example' end, mobile, 'Звонить: ' || mobile
from person where k % 15 = 0 order by k;

insert into "Archive"."Letters"
select k, full_name || ' <' || email || '>', 'office@federation.example', k % 7, k % 2 = 0,
  format(E'Dear %s,\n\nyour books went to %s %s on Monday.\n', first_name, address1, suburb)
from person where k % 25 = 0;
