-- Applications of several countries in their own words, without rows: affixes on every column, nouns before adjectives, abbreviations.
create table adherents_asso (id_adh serial primary key, nom_adh varchar(50), prenom_adh varchar(50), civilite_adh varchar(5), ddn_adh date, cp_adh varchar(10), ville_adh varchar(50), tel_fixe_adh varchar(20), mdp_adh varchar(60), info_adh text, info_publique_adh text);
create table journal_acces (id_log serial primary key, date_log timestamp, ip_log varchar(46), adh_log text, action_log text, sql_log text);
create table types_cotisation (id_type serial primary key, libelle_type varchar(100), montant_type numeric);
create table kunde (kdnr serial primary key, anrede text, vorname text, name text, strasse_hausnr text, plz_ort text, telefon_privat text, telefon_dienstlich text, emailadresse text, steuernr text, ustidnr text, bankleitzahl text, kontoinhaber text, iban text, notizen_intern text, zahlungsart text);
create table artikel (artikelnr text primary key, bezeichnung text, langtext text, einheit text, lagerort text, hersteller text);
create table sachbearbeiter (id serial primary key, kuerzel text, nachname text, durchwahl text, abteilung text, benutzerkennung text);
create table pessoa_fisica (idpes serial primary key, nm_pessoa varchar(100), nm_mae text, nm_pai text, dt_nascimento date, num_cpf varchar(14), num_rg varchar(20), des_logradouro text, num_endereco text, des_bairro text, num_cep varchar(9), num_celular varchar(20), des_email text, des_observacao text, sgl_uf char(2));
create table tipo_documento (cod_tipo serial primary key, des_tipo text, sgl_tipo text);
create table alumnos (id serial primary key, matricula text, nombre_completo text, apellido1 text, apellido2 text, fecha_nac date, dni_nie text, domicilio_actual text, localidad text, codpostal text, telefono_fijo text, movil_padre text, correo_institucional text, observaciones_medicas text, curso text, turno text);
create table asignaturas (id serial primary key, nombre text, descripcion text, creditos integer);
create table anagrafica_clienti (id serial primary key, ragione_sociale text, cognome_nome text, cod_fiscale char(16), partita_iva text, indirizzo_sede text, cap_sede text, citta_sede text, tel_ufficio text, cellulare text, pec text, note_interne text, data_nascita date, luogo_nascita text);
create table klanten (klantnr serial primary key, voorletters text, achternaam text, straat_nr text, pc_plaats text, telnr_prive text, emailadres text, bsn_nr text, rekeningnr text, opmerking_intern text, geb_datum date);
create table pracownicy (id serial primary key, imie text, nazwisko text, nr_pesel text, adres_zamieszkania text, kod_poczt text, miejscowosc text, tel_kom text, email_sluzbowy text, nr_konta text, data_ur date, stanowisko text);
