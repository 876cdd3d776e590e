-- A second schema, from the years before the application: names with capitals, spaces, quotes, several scripts, and keywords.

create schema "Archive";

create table "Archive"."Mitglieder 1998" (
  "Nr" integer primary key,
  "Vorname" varchar(60) not null,
  "Nachname" varchar(60) not null,
  "Straße" varchar(80),
  "PLZ" varchar(5),
  "Ort" varchar(60),
  "E-Mail" varchar(80),
  "Geburtstag" date,
  "Bemerkung ""alt""" text,
  "Spielstärke" integer
);

create table "Archive"."Список ""B""; членов" (
  "ключ" bigint generated always as identity primary key,
  "имя" text not null,
  "почта" text,
  "電話" varchar(20),
  "заметки" text
);

create table "Archive"."Letters" (
  "Id" integer primary key,
  "To" text not null,
  "From" text not null,
  "Order" integer not null,
  "Select" boolean not null default false,
  "Body" text not null
);
