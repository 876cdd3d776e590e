-- The old Test database: one club and forty members who do not exist, at addresses that cannot.
insert into club (id, code, name, contact, created_at) values (1, 'FC0001', 'Test Club', 'club@example.invalid', timestamptz '2022-03-01Z');

insert into member (id, membership_number, kind, username, password, first_name, last_name, email, date_joined)
values (1, 'FC000000', 'everyone', 'EVERYONE', '!', 'Everyone', 'In The Federation', 'everyone@example.invalid', timestamptz '2022-03-01Z');

insert into member (id, membership_number, username, password, first_name, last_name, email, mobile, home_club_id, date_joined)
select 3 + n, 'FC' || lpad((3 + n)::text, 6, '0'), 'tester' || n, '!', 'Tester', 'Number ' || n, 'tester' || n || '@example.invalid',
  '04000000' || lpad(n::text, 2, '0'), 1, timestamptz '2022-03-01Z'
from generate_series(1, 40) as n;

insert into club_member (club_id, member_id, joined_on) select 1, id, date '2022-03-01' from member where kind = 'person' order by id;
insert into schema_migration (version, applied_at) values ('0001_initial', timestamptz '2022-03-01Z');
select setval('member_id_seq', 44), setval('club_id_seq', 2), setval('membership_number_seq', 44);
