-- Keys, after the rows: a foreign key is checked once for the whole table. All of them deferred, as Django makes them.

alter table club
  add constraint club_secretary_id_fk foreign key (secretary_id) references member deferrable initially deferred;
alter table member
  add constraint member_home_club_id_fk foreign key (home_club_id) references club deferrable initially deferred;
alter table club_member
  add constraint club_member_club_id_fk foreign key (club_id) references club deferrable initially deferred,
  add constraint club_member_member_id_fk foreign key (member_id) references member deferrable initially deferred;
alter table unregistered_member
  add constraint unregistered_member_added_by_id_fk foreign key (added_by_id) references member deferrable initially deferred;
alter table visitor
  add constraint visitor_club_id_fk foreign key (club_id) references club deferrable initially deferred;
alter table waiting_list
  add constraint waiting_list_club_id_fk foreign key (club_id) references club deferrable initially deferred;
alter table member_document
  add constraint member_document_member_id_fk foreign key (member_id) references member deferrable initially deferred;

alter table congress
  add constraint congress_club_id_fk foreign key (club_id) references club deferrable initially deferred;
alter table congress_entry
  add constraint congress_entry_congress_id_fk foreign key (congress_id) references congress on delete cascade,
  add constraint congress_entry_member_id_fk foreign key (member_id) references member deferrable initially deferred,
  add constraint congress_entry_team_captain_id_fk foreign key (team_captain_id) references member on delete set null;
alter table payment
  add constraint payment_member_id_fk foreign key (member_id) references member deferrable initially deferred,
  add constraint payment_congress_entry_id_fk foreign key (congress_entry_id) references congress_entry deferrable initially deferred;

alter table post_office_emailtemplate
  add constraint post_office_emailtemplate_default_template_id_fk foreign key (default_template_id)
    references post_office_emailtemplate deferrable initially deferred;
alter table post_office_email
  add constraint post_office_email_template_id_fk foreign key (template_id)
    references post_office_emailtemplate deferrable initially deferred;
alter table post_office_log
  add constraint post_office_log_email_id_fk foreign key (email_id) references post_office_email deferrable initially deferred;
alter table post_office_attachment_emails
  add constraint post_office_attachment_emails_attachment_id_fk foreign key (attachment_id)
    references post_office_attachment deferrable initially deferred,
  add constraint post_office_attachment_emails_email_id_fk foreign key (email_id)
    references post_office_email deferrable initially deferred;
alter table email_snooper
  add constraint email_snooper_post_office_email_id_fk foreign key (post_office_email_id)
    references post_office_email deferrable initially deferred,
  add constraint email_snooper_member_id_fk foreign key (member_id) references member deferrable initially deferred,
  add constraint email_snooper_campaign_id_fk foreign key (campaign_id) references campaign deferrable initially deferred;
alter table abstract_email
  add constraint abstract_email_member_id_fk foreign key (member_id) references member deferrable initially deferred;
alter table email
  add constraint email_abstractemail_ptr_id_fk foreign key (abstractemail_ptr_id) references abstract_email deferrable initially deferred;
alter table email_archive
  add constraint email_archive_abstractemail_ptr_id_fk foreign key (abstractemail_ptr_id)
    references abstract_email deferrable initially deferred;
alter table campaign
  add constraint campaign_sender_id_fk foreign key (sender_id) references member deferrable initially deferred,
  add constraint campaign_club_id_fk foreign key (club_id) references club deferrable initially deferred;
alter table campaign_recipient
  add constraint campaign_recipient_campaign_id_fk foreign key (campaign_id) references campaign deferrable initially deferred;

alter table api_token
  add constraint api_token_member_id_fk foreign key (member_id) references member deferrable initially deferred;
alter table push_device
  add constraint push_device_member_id_fk foreign key (member_id) references member deferrable initially deferred;
alter table push_notification
  add constraint push_notification_push_device_id_fk foreign key (push_device_id) references push_device deferrable initially deferred,
  add constraint push_notification_member_id_fk foreign key (member_id) references member deferrable initially deferred;
alter table totp_device
  add constraint totp_device_member_id_fk foreign key (member_id) references member deferrable initially deferred;
alter table support_incident
  add constraint support_incident_reported_by_id_fk foreign key (reported_by_id) references member deferrable initially deferred,
  add constraint support_incident_assigned_to_id_fk foreign key (assigned_to_id) references member deferrable initially deferred;
alter table support_incident_line
  add constraint support_incident_line_incident_id_fk foreign key (incident_id) references support_incident deferrable initially deferred,
  add constraint support_incident_line_author_id_fk foreign key (author_id) references member deferrable initially deferred;
alter table support_attachment
  add constraint support_attachment_incident_id_fk foreign key (incident_id) references support_incident deferrable initially deferred;
alter table login_event
  add constraint login_event_member_id_fk foreign key (member_id) references member;
