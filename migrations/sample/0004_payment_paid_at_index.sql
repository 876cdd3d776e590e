-- The treasurer's list is by date.
create index if not exists payment_paid_at_idx on payment (paid_at);

insert into schema_migration (version) values ('0004_payment_paid_at_index') on conflict (version) do nothing;
