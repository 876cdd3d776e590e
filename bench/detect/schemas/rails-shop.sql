-- A shop in the style of Rails: devise, ActiveStorage, ActionText, ahoy, versions. No rows.
create table users (id bigserial primary key, email varchar not null default '', encrypted_password varchar not null default '', reset_password_token varchar,
  reset_password_sent_at timestamp, remember_created_at timestamp, sign_in_count integer not null default 0, current_sign_in_at timestamp, last_sign_in_at timestamp,
  current_sign_in_ip inet, last_sign_in_ip varchar, confirmation_token varchar, confirmed_at timestamp, unconfirmed_email varchar, failed_attempts integer not null default 0,
  unlock_token varchar, locked_at timestamp, provider varchar, uid varchar, name varchar, locale varchar default 'en', time_zone varchar, role integer not null default 0,
  otp_secret varchar, otp_backup_codes text[], consumed_timestep integer, avatar_url varchar, slug varchar, created_at timestamp not null, updated_at timestamp not null);
create unique index on users (email); create unique index on users (reset_password_token);
create table addresses (id bigserial primary key, user_id bigint references users, firstname varchar, lastname varchar, line1 varchar, line2 varchar, city varchar, zipcode varchar,
  state_name varchar, phone varchar, alternative_phone varchar, company varchar, latitude numeric(10,6), longitude numeric(10,6), address_type varchar default 'shipping', country_code char(2));
create table products (id bigserial primary key, name varchar not null, description text, slug varchar, sku varchar, meta_title varchar, meta_keywords varchar, price numeric(10,2),
  barcode varchar, brand varchar, weight numeric, status varchar default 'draft', image_url varchar, available_on timestamp, author_note_enabled boolean);
create table categories (id bigserial primary key, name varchar, description text, position integer, permalink varchar);
create table orders (id bigserial primary key, number varchar(15), user_id bigint references users, state varchar, payment_state varchar, shipment_state varchar, email varchar,
  special_instructions text, last_ip_address varchar, guest_token varchar, currency varchar, total numeric(10,2), channel varchar, completed_at timestamp, bill_address_id bigint references addresses);
create table credit_cards (id bigserial primary key, month varchar, year varchar, cc_type varchar, last_digits varchar, name varchar, gateway_customer_profile_id varchar,
  gateway_payment_profile_id varchar, user_id bigint references users, address_id bigint);
create table reviews (id bigserial primary key, product_id bigint references products, user_id bigint references users, title varchar, body text, rating integer, reviewer_name varchar, ip_address varchar);
create table active_storage_blobs (id bigserial primary key, key varchar not null, filename varchar not null, content_type varchar, metadata text, service_name varchar not null, byte_size bigint not null, checksum varchar, created_at timestamp);
create table active_storage_attachments (id bigserial primary key, name varchar not null, record_type varchar not null, record_id bigint not null, blob_id bigint references active_storage_blobs, created_at timestamp);
create table action_text_rich_texts (id bigserial primary key, name varchar not null, body text, record_type varchar not null, record_id bigint not null);
create table ahoy_visits (id bigserial primary key, visit_token varchar, visitor_token varchar, user_id bigint, ip varchar, user_agent text, referrer text, referring_domain varchar, landing_page text,
  browser varchar, os varchar, device_type varchar, country varchar, region varchar, city varchar, utm_source varchar, utm_medium varchar, started_at timestamp);
create table ahoy_events (id bigserial primary key, visit_id bigint, user_id bigint, name varchar, properties jsonb, time timestamp);
create table versions (id bigserial primary key, item_type varchar not null, item_id bigint not null, event varchar not null, whodunnit varchar, object text, object_changes text, created_at timestamp);
create table webhooks (id bigserial primary key, target_url varchar, secret varchar, event_name varchar, active boolean, last_response_code integer);
create table oauth_access_tokens (id bigserial primary key, resource_owner_id bigint, application_id bigint, token varchar not null unique, refresh_token varchar, expires_in integer, scopes varchar, revoked_at timestamp);
create table oauth_applications (id bigserial primary key, name varchar, uid varchar unique, secret varchar, redirect_uri text, scopes varchar);
create table delayed_jobs (id bigserial primary key, priority integer, attempts integer, handler text not null, last_error text, run_at timestamp, locked_by varchar, queue varchar);
create table schema_migrations (version varchar primary key);
create table ar_internal_metadata (key varchar primary key, value varchar, created_at timestamp, updated_at timestamp);
create table tax_rates (id bigserial primary key, name varchar, amount numeric, included_in_price boolean, zone_name varchar);
create table newsletter_signups (id bigserial primary key, mail varchar, signup_ip varchar, source varchar);
