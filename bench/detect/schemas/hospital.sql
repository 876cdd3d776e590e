-- A hospital. Held out: not looked at while the detector is tuned. No rows.
create table patient (patient_id serial primary key, mrn varchar(20) unique, given_name varchar(50), family_name varchar(50), birthdate date, gender char(1), nhs_number varchar(10), next_of_kin varchar(100), next_of_kin_phone varchar(20), blood_group varchar(3), death_date date, preferred_language varchar(10), insurance_policy_no varchar(30), gp_name varchar(80));
create table patient_address (id serial primary key, patient_id integer references patient, address_1 varchar(80), address_2 varchar(80), town varchar(50), county varchar(50), post_code varchar(10), is_current boolean);
create table provider (provider_id serial primary key, name varchar(100), identifier varchar(20), specialty varchar(50), pager varchar(20));
create table encounter (encounter_id serial primary key, patient_id integer references patient, provider_id integer references provider, started timestamp, ended timestamp, location_code varchar(10), chief_complaint varchar(300), discharge_summary text, status varchar(12));
create table diagnosis (id serial primary key, encounter_id integer references encounter, icd10 varchar(8), diagnosis_text varchar(300), is_primary boolean);
create table obs (obs_id serial primary key, encounter_id integer references encounter, concept_code varchar(20), value_numeric numeric, value_text text, units varchar(10), comments varchar(255));
create table drug (drug_code varchar(12) primary key, drug_name varchar(100), form varchar(30), strength varchar(20), manufacturer varchar(60));
create table prescription (id serial primary key, encounter_id integer references encounter, drug_code varchar(12) references drug, dose varchar(30), frequency varchar(20), instructions text, prescriber_signature bytea);
create table ward (ward_code varchar(8) primary key, ward_name varchar(50), floor integer, beds integer);
create table appointment (id serial primary key, patient_id integer references patient, at timestamp, reason varchar(200), reminder_sms_to varchar(20), reminder_sent boolean, status varchar(10));
create table lab_result (id serial primary key, patient_id integer references patient, test_code varchar(12), result_value varchar(30), reference_range varchar(30), report_xml xml, sample_barcode varchar(20));
create table users (user_id serial primary key, system_id varchar(50), username varchar(50), password varchar(128), salt varchar(128), secret_question varchar(255), secret_answer varchar(255), person_id integer, retired boolean, activation_key varchar(255));
create table access_log (id bigserial primary key, username varchar(50), patient_mrn varchar(20), workstation varchar(30), ip inet, action varchar(20), at timestamp);
