-- The queues. Twelve messages a member, as every congress writes to all who entered it; this is most of the database.

insert into post_office_emailtemplate (id, name, description, subject, content, html_content, created, last_updated, default_template_id, language)
select n, name, 'Template ' || n, 'Federation: ' || name, 'Dear {{ name }}, {{ text }}', '<p>Dear {{ name }},</p>{{ text }}',
  timestamptz '2019-02-03Z', timestamptz '2024-02-03Z', null, 'en'
from unnest('{default,results,invoice,congress}'::text[]) with ordinality as t (name, n) where pg_temp.members() > 0;

create temp table paragraph as
select n, string_agg(pg_temp.pick(array[
    'The draw for the next round hangs in the foyer.', 'Please bring your own clock if you can.', 'The kitchen closes at nine this year.',
    'Results will be rated at the end of the month.', 'Parking behind the hall is free after five.', 'We are still looking for two arbiters.',
    'The bookstall takes orders until Friday.', 'Your entry was received and your place is kept.', 'Juniors play in the small room.',
    'The annual general meeting follows the last round.', 'There is a bus from the station every half hour.', 'Late entries cost ten dollars more.'
  ], n * 10 + s, 100), ' ' order by s) as text
from generate_series(0, 499) as n cross join lateral generate_series(1, 2 + n % 5) as s group by n;
alter table paragraph add primary key (n);
analyze paragraph;

insert into post_office_email (id, from_email, "to", cc, bcc, subject, message, html_message, status, priority, created, last_updated,
  scheduled_time, message_id, number_of_retries, headers, context, template_id)
select e, case when e % 3 = 0 then c.contact else 'Federation <donotreply@federation.example>' end,
  case when e % 50 = 7 then format('"%s, %s" <%s>, %s', r.last_name, r.first_name, r.email, o.email)
    when e % 12 = 5 then r.email || ', ' || o.email else r.email end,
  case when e % 20 = 1 then o.email when e % 100 = 2 then o.email || ',' || c.contact else '' end,
  case when e % 10 = 4 then c.contact else '' end,
  case e % 4 when 0 then 'Results for ' || r.full_name when 1 then 'Your entry, ' || r.first_name else pg_temp.pick('{Next round,Invoice,News of the month}', e, 110) end,
  format(E'Dear %s,\n\n%s\n\n%s\n\nYours,\n%s\n%s', r.first_name, a.text, b.text, o.full_name, o.mobile),
  format('<html><body><h1>%s</h1><p>Dear %s,</p><p>%s</p><p>%s</p><p>Yours, <a href="mailto:%s">%s</a></p>%s</body></html>', c.name, r.full_name,
    a.text, b.text, o.email, o.full_name, long.links),
  case when e % 200 < 188 then 0 when e % 200 < 194 then 1 when e % 200 < 197 then 2 when e % 200 = 197 then 3 end,
  (e % 4)::smallint, at, at + interval '40 seconds', case when e % 200 between 194 and 196 then at + interval '1 day' end,
  '<' || md5('message' || e) || '@federation.example>', case when e % 200 between 188 and 197 then 2 end,
  case when e % 5 < 3 then json_build_object('Reply-to', o.email, 'List-Id', c.code)::text end,
  case when e % 2 = 0 then json_build_object('name', r.full_name, 'email', r.email, 'phone', r.mobile)::text end,
  case when e % 2 = 0 then 1 + e % 4 end
from generate_series(1, 12 * pg_temp.members()) as e
join person r on r.k = 1 + pg_temp.h(e, 101) % pg_temp.members()
join person o on o.k = 1 + pg_temp.h(e, 102) % pg_temp.members()
join club_source c on c.n = r.club_id
join paragraph a on a.n = pg_temp.h(e, 103) % 500
join paragraph b on b.n = pg_temp.h(e, 104) % 500
cross join lateral (select pg_temp.base() - (12 * pg_temp.members() - e) * (interval '700 days' / (12 * pg_temp.members())) as at) as t
-- Every fiftieth is a newsletter whose links do not compress: it is stored out of line.
cross join lateral (select case when e % 50 = 0 then (
  select string_agg(format('<a href="https://news.federation.example/%s%s">%s</a>', md5(e || '/' || n), md5(n || '/' || e), r.username), ' ')
  from generate_series(1, 40) as n) else '' end as links) as long;

insert into post_office_log (email_id, date, status, exception_type, message)
select id, last_updated, status, case status when 1 then 'SMTPRecipientsRefused' else '' end,
  case status when 1 then '550 5.1.1 <' || split_part("to", ',', 1) || '>: Recipient address rejected' else '' end
from post_office_email where status in (0, 1) and (id % 2 = 0 or status = 1) order by id;

insert into post_office_attachment (id, file, name, mimetype, headers)
select k, 'post_office_attachments/' || md5('attachment' || k) || '.pdf', 'Invoice ' || full_name || '.pdf', 'application/pdf', null
from person where k % 20 = 0;

insert into post_office_attachment_emails (attachment_id, email_id)
select 20 * (1 + pg_temp.h(id, 105) % (pg_temp.members() / 20)), id from post_office_email
where id % 25 in (0, 3) and pg_temp.members() >= 20 order by id;

insert into campaign (id, sender_id, club_id, reply_to, subject, template, created_at)
select n, p.id, n, case when n % 3 > 0 then p.email end, 'News of ' || c.name, 'Greetings from ' || p.full_name, pg_temp.base() - n * interval '1 day'
from club_source c join person p using (k);

insert into campaign_recipient (campaign_id, membership_number, first_name, last_name, email, included)
select club_id, 'FC' || lpad(id::text, 6, '0'), first_name, last_name, email, k % 11 > 0 from person order by k;

insert into email_snooper (post_office_email_id, member_id, campaign_id, opened_at, open_count)
select e.id, r.id, r.club_id, case when e.id % 3 = 0 then e.last_updated + interval '2 hours' end, (e.id % 3)::int
from post_office_email e join person r on r.k = 1 + pg_temp.h(e.id, 101) % pg_temp.members() where e.id % 8 < 5 order by e.id;

-- The legacy queue stopped in 2021; some of it never left.
insert into abstract_email (id, recipient, reply_to, subject, message, status, member_id, created_at, sent_at)
select p.k, left(p.email, 100), case when p.k % 3 = 0 then 'office@federation.example' else '' end, 'Reminder for ' || p.full_name,
  format(E'Hello %s,\n%s\nRing %s if this is wrong.', p.first_name, a.text, p.mobile), case p.k % 10 when 0 then 'Queued' when 1 then 'Failed' else 'Sent' end,
  p.id, at, case when p.k % 10 > 1 then at + interval '5 minutes' end
from person p join paragraph a on a.n = p.k % 500
cross join lateral (select timestamptz '2020-03-01Z' + (p.k % 500) * interval '1 day' as at) as t;

insert into email (abstractemail_ptr_id, batch_id) select k, md5('batch' || k / 50)::uuid from person where k % 3 > 0;
insert into email_archive (abstractemail_ptr_id, archived_at) select k, timestamptz '2021-12-31Z' from person where k % 3 = 0;

insert into blocked_email (email, reason, blocked_at)
select 'moved.' || username || '@home.test', 'Asked by ' || full_name || ' to be left alone', pg_temp.base() - k * interval '1 hour'
from person where k % 100 = 1 order by k;
