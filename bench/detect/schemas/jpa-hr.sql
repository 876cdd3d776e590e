-- Human resources in the style of JPA, with names that somebody shortened. No rows.
create schema hr;
create table hr.t_emp (emp_id bigint primary key, emp_no varchar(12) unique, fname varchar(40), mname varchar(40), lname varchar(40), maiden_nm varchar(40), ssn char(11) check (ssn ~ '^[0-9]{3}-[0-9]{2}-[0-9]{4}$'), dob date, sex char(1),
  marital_sts char(1), addr1 varchar(60), addr2 varchar(60), cty varchar(40), st char(2), zip varchar(10), tel_no varchar(20), cell_no varchar(20), e_mail varchar(80), emerg_contact_nm varchar(60), emerg_contact_tel varchar(20),
  hire_dt date, term_dt date, job_cd varchar(8), dept_cd varchar(8), grade_cd char(2), mgr_id bigint references hr.t_emp, sal numeric(10,2), acct_no varchar(34), bank_cd varchar(11), routing_no char(9), passport_no varchar(20), drv_lic_no varchar(20), pwd_hash varchar(100), photo bytea,
  remarks varchar(500), lst_upd_ts timestamp, lst_upd_usr varchar(30), ver_no integer, actv_flg char(1) check (actv_flg in ('Y', 'N')));
create table hr.t_dept (dept_cd varchar(8) primary key, dept_nm varchar(60), loc_cd varchar(8), cost_ctr varchar(12), mgr_nm varchar(60));
create table hr.t_loc (loc_cd varchar(8) primary key, loc_nm varchar(60), ctry_cd char(2));
create table hr.t_dependent (dep_id bigint primary key, emp_id bigint references hr.t_emp, dep_nm varchar(80), relation_cd char(2), birth_dt date);
create table hr.t_leave (leave_id bigint primary key, emp_id bigint references hr.t_emp, leave_type varchar(10), start_dt date, end_dt date, reason varchar(400), status varchar(10), approver_cmt varchar(400));
create table hr.t_appraisal (id bigint primary key, emp_id bigint, reviewer varchar(60), score numeric(3,1), strengths text, weaknesses text, period varchar(7));
create table hr.t_code (code_grp varchar(20), code varchar(20), code_desc varchar(200), sort_ord integer, primary key (code_grp, code));
create table hr.t_user (user_id bigint primary key, login_id varchar(40) unique, pwd varchar(60), pwd_chg_dt date, last_login_ts timestamp, fail_cnt smallint, sec_question varchar(200), sec_answer varchar(200), remote_ip varchar(45));
create table hr.t_audit (audit_id bigint primary key, tbl_nm varchar(60), col_nm varchar(60), old_val text, new_val text, chg_by varchar(40), chg_ts timestamp, op char(1));
create table hr.databasechangelog (id varchar(255), author varchar(255), filename varchar(255), dateexecuted timestamp, orderexecuted integer, exectype varchar(10), md5sum varchar(35), description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20), contexts varchar(255), labels varchar(255), deployment_id varchar(10));
create table hr.qrtz_triggers (sched_name varchar(120), trigger_name varchar(190), trigger_group varchar(190), job_name varchar(190), job_group varchar(190), description varchar(250), next_fire_time bigint, trigger_state varchar(16), job_data bytea, primary key (sched_name, trigger_name, trigger_group));
