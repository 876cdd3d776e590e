-- The ratings office's own database: it publishes ratings, answers questions about older ones, and takes announcements.
create table rating_feed (
  membership_number varchar(8) primary key,
  player_name varchar(200) not null,
  rating integer not null,
  as_of date not null
);
create table rating_history (
  membership_number varchar(8) not null,
  player_name varchar(200) not null,
  rating integer not null,
  as_of date not null
);
create table entry_announcement (
  id bigint generated always as identity primary key,
  received_at timestamptz not null default now(),
  congress text not null,
  player text not null
);

-- A thousand players at most: the feed need not be large to be real.
insert into rating_feed
select 'FC' || lpad(id::text, 6, '0'), full_name, 1000 + (pg_temp.h(k, 150) % 1500)::int, pg_temp.base()::date
from person where k % greatest(1, ceil(pg_temp.members() / 1000.0)::bigint) = 0;
insert into rating_history
select membership_number, player_name, rating - 20 * n, as_of - 90 * n from rating_feed cross join generate_series(1, 2) as n;

create publication ratings for table rating_feed;
grant select on rating_feed to feed;
grant select on rating_history to reader;
grant insert on entry_announcement to announcer;
