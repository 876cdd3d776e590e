-- Indexes that searches need, some of them over expressions of personal columns; statistics that keep personal values.

create index member_home_club_id_idx on member (home_club_id);
create index member_name_idx on member (last_name, first_name);
create index member_email_lower_idx on member (lower(email));
create unique index member_username_lower_idx on member (lower(username));
create index member_other_emails_idx on member using gin (other_emails);
create index member_profile_idx on member using gin (profile jsonb_path_ops);
create index club_member_member_id_idx on club_member (member_id);
create index club_member_email_idx on club_member (email) where email is not null;
create unique index visitor_club_email_idx on visitor (club_id, lower(email));
create unique index newsletter_subscriber_email_idx on newsletter_subscriber (lower(email));
create index payment_member_id_idx on payment (member_id);
create index payment_payer_email_hash_idx on payment using hash (payer_email);
create index congress_entry_member_id_idx on congress_entry (member_id);
create index post_office_email_status_idx on post_office_email (status);
create index post_office_email_created_idx on post_office_email (created);
create index post_office_email_template_id_idx on post_office_email (template_id);
create index post_office_log_email_id_idx on post_office_log (email_id);
create index abstract_email_recipient_idx on abstract_email (recipient varchar_pattern_ops);
create index campaign_recipient_campaign_id_idx on campaign_recipient (campaign_id);
create index audit_log_logged_at_idx on audit_log using brin (logged_at);
create index login_event_email_idx on login_event (lower(email_entered));
create index django_session_expire_date_idx on django_session (expire_date);
create index "Ort und Name" on "Archive"."Mitglieder 1998" ("Ort", upper("Nachname"));

create statistics member_names (mcv, ndistinct) on first_name, last_name from member;
create statistics member_mail_domain (mcv) on (split_part(email, '@', 2)), gender from member;
