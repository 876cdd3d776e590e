/** Columns of every kind with keys, checks and types that leave room for few transformations, and rows of people in them. */
export const fitting = `
  create domain code as varchar(9) check (value ~ '^[A-Z]{2}-[0-9]{4}$');
  create type addr as (street text, town text);
  create table person (id int primary key, email varchar(40) not null unique check (email like '%@%'), nick varchar(30) unique, first_name varchar(12) not null check (char_length(first_name) >= 3),
    last_name text not null, mobile varchar(15) unique check (mobile ~ '^04[0-9]{8}$'), zip char(5) not null, ssn char(9) unique, born date not null check (born < '2020-01-01'), password varchar(60) not null,
    token varchar(12) not null unique, tags text[] not null default '{}', home addr, avatar bytea not null, data jsonb not null, ip inet not null, initials varchar(2), phone_no bigint, lat numeric(8,6), full_nm text check (full_nm ~ '^[A-Z][0-9]+$'),
    status text check (status in ('a', 'b')), card code, notes varchar(15) check (notes <> upper(notes)), full_name text generated always as (first_name || ' ' || last_name) stored);
  create table orders (id int primary key, person_email varchar(40) references person (email) on update cascade, ship_to text, note text);
  create table calls (id int primary key, person_email text references person (email));
  insert into person (id, email, nick, first_name, last_name, mobile, zip, ssn, born, password, token, home, avatar, data, ip, initials, phone_no, lat, full_nm, status, card, notes)
    select n, 'p' || n || '@old.example', 'oldnick' || n, 'Oldname', 'Oldname' || n, '0412345' || lpad(n::text, 3, '0'), lpad(n::text, 5, '0'), lpad(n::text, 9, '5'), '1980-01-01', 'Oldname-' || n, 'tok' || lpad(n::text, 6, '0'),
      ('(' || n || ' Old Street,Oldtown)')::addr, 'Oldname', '{"email": "p@old.example"}', '10.1.2.3', 'ON', 61400000000 + n, 48.1, 'Q' || 1000 + n, 'a', 'AB-' || lpad(n::text, 4, '0'), 'Oldname note' from generate_series(1, 50) n;
  create table patient (id int primary key, gender text not null check (gender in ('M', 'F')), summary text not null check (summary = btrim(summary)),
    name text, card_number int not null check (card_number > 0));
  insert into patient select n, case when n % 2 = 0 then 'M' else 'F' end, left('Oldname came in and was seen by nobody' , n), 'Oldname Zz' || n, 2147483647 - n from generate_series(1, 33) n
    where left('Oldname came in and was seen by nobody', n) not like '% ';
  create collation any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  create table guest (id int primary key, full_name text collate any_case not null, notes text collate any_case, exclude (full_name with =));
  insert into guest select n, 'Oldname Guest' || n, 'call 0412345' || lpad(n::text, 3, '0') from generate_series(1, 40) n;
  create publication all_of_it for all tables;
  create table visit (id int, email text, birth_date date);
  create table visit_before () inherits (visit);
  create index on visit (lower(email)) where email like 'oldvisit%';
  insert into visit select n, 'oldvisit' || n || '@old.example', case when n % 2 = 0 then date '1980-02-01' else date '4714-11-25 BC' + n end from generate_series(1, 40) n;
  create table long_text (id int primary key, notes text, account_no text, token text);
  insert into long_text select n, repeat('Write to oldlong' || n || '@old.example. ', 3000), repeat('0412345' || n || ' ', 9000), repeat('k9x' || n, 30000) from generate_series(1, 2) n;
  analyze visit;
  create table topics (id int primary key, parent int references topics, img text, name text);
  create table attribute_map (id int primary key, kind_code text);
  insert into topics select n, null, null, case when n % 2 = 0 then 'Item Type' else 'Record Kind' end from generate_series(1, 40) n;
  insert into attribute_map select n, 'item_type' from generate_series(1, 3) n;
  create view attribute_types as select id as item_type from attribute_map;
  insert into orders select n, 'p' || n || '@old.example', n || ' Old Street', 'call 0412345' || lpad(n::text, 3, '0') from generate_series(1, 50) n;
`;
