-- Travel: names in capitals, contact data in JSON, a price list of seats, generated columns, a partitioned table, a second schema.
create schema bookings;
create table bookings.aircrafts_data (aircraft_code char(3) primary key, model jsonb not null, range integer not null);
create table bookings.airports_data (airport_code char(3) primary key, airport_name jsonb not null, city jsonb not null, coordinates point not null, timezone text not null);
create table bookings.bookings (book_ref char(6) primary key, book_date timestamptz not null, total_amount numeric(10,2) not null);
create table bookings.tickets (ticket_no char(13) primary key, book_ref char(6) not null references bookings.bookings, passenger_id varchar(20) not null, passenger_name text not null, contact_data jsonb);
create table bookings.flights (flight_id serial primary key, flight_no char(6) not null, departure_airport char(3) not null references bookings.airports_data, arrival_airport char(3) not null references bookings.airports_data, status varchar(20) not null, aircraft_code char(3) not null references bookings.aircrafts_data);
create table bookings.ticket_flights (ticket_no char(13) not null references bookings.tickets, flight_id integer not null references bookings.flights, fare_conditions varchar(10) not null check (fare_conditions in ('Economy', 'Comfort', 'Business')), amount numeric(10,2) not null, primary key (ticket_no, flight_id));
create table bookings.boarding_passes (ticket_no char(13) not null, flight_id integer not null, boarding_no integer not null, seat_no varchar(4) not null, primary key (ticket_no, flight_id));
create table bookings.frequent_flyers (id serial primary key, card_no varchar(16) unique, fname text, lname text, search_name text generated always as (lower(fname || ' ' || lname)) stored, tier text, contact text[], seat_pref text, special_assistance text, apis jsonb);
create table bookings.check_ins (id bigint not null, at date not null, ticket_no char(13), document_no varchar(20), document_expiry date, nationality char(2), kiosk_ip inet, agent_login text, primary key (id, at)) partition by range (at);
create table bookings.check_ins_2024 partition of bookings.check_ins for values from ('2024-01-01') to ('2025-01-01');
create table bookings.price_rules (id serial primary key, code text, description text, multiplier numeric);
create table bookings.crew (id serial primary key, staff_no varchar(10), name text, licence_no varchar(20), base char(3), medical_valid_until date, home_base text, emergency_contact jsonb);
insert into bookings.aircrafts_data select code, jsonb_build_object('en', model, 'ru', model), range from (values ('773','Boeing 777-300',11100),('320','Airbus A320-200',5700),('CR2','Bombardier CRJ-200',2700)) v(code, model, range);
insert into bookings.airports_data select code, jsonb_build_object('en', name), jsonb_build_object('en', city), point(n, n), 'Europe/Oslo' from (values ('AAA','Aldermoor Airport','Aldermoor',1),('BBB','Brightwater International Airport','Brightwater',2),('CCC','Charles Airport','Caldwell',3)) v(code, name, city, n);
insert into bookings.bookings select upper(left(md5(n::text), 6)), now(), n * 100 from generate_series(1, 80) n on conflict do nothing;
insert into bookings.tickets select lpad((5432000000 + n)::text, 13, '0'), (select book_ref from bookings.bookings limit 1 offset n % 50), lpad((n * 7919 % 10000)::text, 4, '0') || ' ' || lpad((n * 104729 % 1000000)::text, 6, '0'),
  (array['VALERIY','EVGENIYA','ARTUR','ALINA','LYUDMILA','MARGARITA'])[1 + n % 6] || ' ' || (array['TIKHONOV','ALEKSEEVA','GERASIMOV','VOLKOVA','BOGDANOVA','TITOVA'])[1 + (n / 6) % 6],
  case n % 3 when 0 then jsonb_build_object('phone', '+7012' || lpad((n * 7717)::text, 7, '0')) when 1 then jsonb_build_object('phone', '+7045' || lpad((n * 3317)::text, 7, '0'), 'email', 'pass' || n || '@post.example') end from generate_series(1, 200) n;
insert into bookings.flights(flight_no, departure_airport, arrival_airport, status, aircraft_code) select 'PG0' || lpad(n::text, 3, '0'), 'AAA', 'BBB', (array['Arrived','Scheduled','Cancelled'])[1 + n % 3], '773' from generate_series(1, 60) n;
