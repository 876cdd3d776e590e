-- Titles (grandmaster and the like) become a table of their own; Test shows them before production does.
create table if not exists schema_migration (
  version varchar(100) primary key,
  applied_at timestamptz not null default now()
);

create table if not exists chess_title (
  code varchar(3) primary key,
  name varchar(60) not null
);
insert into chess_title (code, name)
values ('GM', 'Grandmaster'), ('IM', 'International Master'), ('FM', 'FIDE Master'), ('CM', 'Candidate Master')
on conflict (code) do nothing;

alter table member add column if not exists title_code varchar(3) references chess_title;

insert into schema_migration (version) values ('0002_member_title') on conflict (version) do nothing;
