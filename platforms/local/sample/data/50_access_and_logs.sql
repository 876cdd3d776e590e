insert into api_token (member_id, token, label, created_at, last_used_ip)
select id, left(encode(sha256(('token' || k)::bytea), 'hex'), 40), 'Scoring laptop of ' || first_name, pg_temp.base() - k * interval '1 hour', pg_temp.ip(k, 120)::inet
from person where k % 50 = 1 order by k;

insert into push_device (id, member_id, registration_id, device_name, platform, active, created_at)
select k, id, 'fcm:' || translate(encode(sha256(('device' || k)::bytea), 'base64') || encode(sha256(('device2' || k)::bytea), 'base64'), '+/=', '-_'),
  first_name || '''s phone', pg_temp.pick('{ios,android,web}', k, 121), k % 7 > 0, pg_temp.base() - k * interval '1 hour'
from person where k % 5 = 0;

insert into push_notification (push_device_id, member_id, title, body, sent_at)
select k, id, 'Round 3', first_name || ', you play ' || full_name || ' on board ' || k % 60, case when k % 15 > 0 then pg_temp.base() end
from person where k % 5 = 0 order by k;

insert into totp_device (member_id, name, key, confirmed)
select id, 'Authenticator of ' || first_name, md5('totp' || k), true from person where k % 200 = 1 order by k;

insert into django_session
select left(encode(sha256(('session' || k)::bytea), 'hex'), 32),
  translate(encode(convert_to(format('{"_auth_user_id": "%s", "_auth_user_hash": "%s", "email": "%s"}', id, md5('session hash' || k), email), 'UTF8'), 'base64'), E'\n', '')
    || ':' || left(md5('stamp' || k), 6) || ':' || left(md5('signature' || k), 27),
  pg_temp.base() + (pg_temp.h(k, 122) % 28) * interval '12 hours'
from person where k % 4 = 0;

-- People who ask for help name themselves, their friends, and how to reach both.
insert into support_incident (id, reported_by_id, reported_by_name, reported_by_email, title, description, severity, assigned_to_id, created_at, closed_at)
select p.k, case when p.k % 80 = 0 then p.id end, p.full_name, case when p.k % 120 > 0 then p.email end, 'Cannot log in (' || p.username || ')',
  format(E'Hi, this is %s from %s. My partner %s (%s) cannot log in either.\nPlease ring 04%s %s or %s, or write to <%s>; our address is %s, %s %s %s.\nOur card ends in %s.',
    p.full_name, p.suburb, friend.full_name, friend.email, substr(p.mobile, 3, 2), substr(p.mobile, 5), '+61 ' || substr(friend.mobile, 2, 3) || ' ' || substr(friend.mobile, 5),
    upper(p.email), p.address1, p.suburb, p.state, p.postcode, lpad((pg_temp.h(p.k, 82) % 10000)::text, 4, '0')),
  pg_temp.pick('{Low,Medium,High}', p.k, 123), 4, pg_temp.base() - p.k * interval '20 minutes', case when p.k % 3 = 0 then pg_temp.base() end
from person p join person friend on friend.k = 1 + pg_temp.h(p.k, 124) % pg_temp.members() where p.k % 40 = 0;

insert into support_incident_line (incident_id, author_id, description, created_at)
select i.id, case when n > 1 then 4 end, format('Spoke with %s (%s), will ring back tomorrow. -- %s', i.reported_by_name, p.mobile, p.email),
  i.created_at + n * interval '1 day'
from support_incident i join person p on p.k = i.id cross join generate_series(1, 3) as n order by i.id, n;

insert into support_attachment (incident_id, file_name, content)
select i.id, 'mail from ' || p.last_name || '.eml', convert_to(format(E'From: %s <%s>\r\nTo: office@federation.example\r\n\r\nMy number is %s.\r\n', p.full_name, p.email, p.mobile), 'UTF8')
from support_incident i join person p on p.k = i.id where i.id % 80 = 0 order by i.id;

insert into audit_log (logged_at, ip, username, severity, source, message)
select pg_temp.base() - (3 * pg_temp.members() - n) * interval '11 minutes', case when n % 40 = 0 then '2001:db8::' || to_hex(n % 65535) else pg_temp.ip(n, 130) end,
  p.username, pg_temp.pick('{DEBUG,INFO,INFO,WARN,ERROR}', n, 131), pg_temp.pick('{accounts,payments,events,support}', n, 132),
  case n % 4 when 0 then p.full_name || ' changed the e-mail address to ' || p.email when 1 then 'Payment by ' || p.full_name || ' accepted'
    when 2 then 'Login of ' || p.username || ' from ' || pg_temp.ip(n, 130) else 'Statement sent to ' || p.email || ' and ' || p.mobile end
from generate_series(1, 3 * pg_temp.members()) as n join person p on p.k = 1 + pg_temp.h(n, 133) % pg_temp.members() order by n;

-- Into all partitions; a few are older than the first one.
insert into login_event (id, happened_at, member_id, email_entered, ip, user_agent, outcome)
select n, pg_temp.base() - (pg_temp.h(n, 140) % 475) * interval '1 day' - (pg_temp.h(n, 141) % 86400) * interval '1 second' - case when n % 400 = 0 then interval '3 years' else '0' end,
  case when n % 10 > 0 then p.id end, p.email, pg_temp.ip(n, 142)::inet, pg_temp.pick('{Mozilla/5.0 (X11; Linux x86_64),Mozilla/5.0 (iPhone),ScoreBoard/3.1}', n, 143),
  case when n % 10 > 0 then 'ok' else 'refused' end
from generate_series(1, 4 * pg_temp.members()) as n join person p on p.k = 1 + pg_temp.h(n, 144) % pg_temp.members();

insert into schema_migration (version, applied_at) values ('0001_initial', timestamptz '2019-02-03Z');

insert into ddl_log (happened_at, who, from_address, command, object)
select timestamptz '2025-09-01Z', 'Zoë O''Brien', '203.0.113.7', 'ALTER TABLE', 'public.member' where pg_temp.members() > 0;
