import type { Kind } from "./kinds";
import { strongAbroad } from "./languages";
import { fold } from "./words";

/**
 * Words that say it alone, wherever they stand in a name, in en de fr es pt it nl pl sv da no fi cs tr ru uk zh ja ko. What they say
 * only beside others, or only in some tables, stands in `phrases.ts` and `weakWords.ts`.
 */
const strong: Record<Kind, string> = {
  email:
    "email emails eml mail mails courriel courriels correo correos epost eposta mailbox mailto sahkoposti pochta imejl emailaddress recipients cc bcc " +
    "pec emailadresse emailadres correoelectronico mailadresse почта имейл емейл пошта メール 邮箱 郵箱 電子郵件 电子邮件 이메일",
  phone:
    "phone phones telephone telefon telefono telefone telefoon teléfono tel telno telnr tlf mobile mob mobil movil telemovel handy cellphone cell celular cellulare " +
    "portable gsm fax landline msisdn whatsapp puhelin matkapuhelin telefonszam komorka komorkowy pager durchwahl rufnummer mobilnr telefonos fone fones telnummer tlfnr recapito gsmnummer телефон мобильный тел факс " +
    "電話 电话 手机 手機 携帯 전화 휴대폰 telefax sms",
  name:
    "gecos firstname lastname surname surnames fullname givenname familyname middlename maidenname forename nickname realname fname lname mname " +
    "vorname nachname familienname geburtsname rufname zuname spitzname prenom patronyme apellido apellidos cognome sobrenome apelido voornaam achternaam tussenvoegsel " +
    "fornamn efternamn fornavn efternavn etternavn etunimi sukunimi imie nazwisko jmeno prijmeni krestni soyad soyadi adi isim imya familiya otchestvo nombres " +
    "kontoinhaber ansprechperson kontaktperson nomprenom titulaire titular intestatario voorletters roepnaam geslachtsnaam conjuge conjoint vname nname adherent_nom имя фамилия отчество фио 姓名 氏名 名前 フリガナ ふりがな 이름 성명 cardholder payee insured kin spouse guardian " +
    "firstnames lastnames fullnames personname keeper mothername fathername",
  username:
    "username usernames userid login loginname screenname handle whodunnit gebruikersnaam benutzername utilisateur_login pseudo kullaniciadi brukernavn " +
    "benutzerkennung benutzerkennzeichen anmeldename identifiant twitter facebook youtube tiktok snapchat xing vkontakte weibo wechat discord bluesky viber instagram linkedin skype telegram icq jabber slackname githubname логин 用户名 ユーザー名",
  address:
    "address addresses addr adresse adressen anschrift direccion domicilio indirizzo endereco logradouro adres adress osoite katuosoite lakcim adresa street strasse " +
    "streetname rue calle ulica ulice ulitsa gata gatuadress vejnavn veinavn straat straatnaam huisnummer hausnummer hausnr housenumber suburb postcode postalcode zipcode zip plz " +
    "postleitzahl wohnort codepostal cep postnummer postnr postort postinumero psc woonplaats bairro colonia postbus pobox apartment gade vej " +
    "hausnummern strassenr localidad localidade municipio miejscowosc codpostal cpostal codepostale morada barrio zustelladresse postfach huisnr postadress postcodigo voie адрес улица индекс 住所 地址 郵便番号 邮编 주소 우편번호",
  birth:
    "birthday birthdate dob birthdt dateofbirth geburtstag geburtsdatum geboortedatum fodelsedatum fodselsdato syntymaaika birth born naissance nacimiento " +
    "nascita nascimento urodzenia narozeni dogum rozhdeniya ddn gebdatum gebdat gebdatum geburtsort fecnac fechanac nacimento рождения 生年月日 出生 出生日期 생년월일 bday",
  number:
    "ssn nino passport passports reisepass pasaporte pasport passeport passaporte dni nif nie cpf cnpj curp pesel bsn tfn iban bic swift pan cvv cvc last4 " +
    "kontonummer kontonr rekeningnummer kontonummeret konto compte cuenta personnummer fodselsnummer henkilotunnus cpr steuernummer steuerid sozialversicherungsnummer " +
    "steuernr steuernummer versichertennummer versichertennr svnr sozialversicherungsnr rentenversicherungsnummer personalausweis ausweisnr ausweisnummer reisepassnr codfiscale partitaiva piva rekeningnr bankrekening burgerservicenummer personnr hetu cuit cuil cedula rut nuss niss pis ctps cnh rib nir snils inn kimlik tckn aadhaar mrn nhs medicare ein itin rfc sozialversicherung insurancenumber accountnumber cardnumber ccnumber ccnum creditcard ustid ustidnr umsatzsteuerid vatid vatnumber siret siren piva nip regon abn acn orcid npi dea licenseplate " +
    "numberplate kennzeichen plate vin imei imsi iccid rodne паспорт инн снилс 身份证 身份證 口座 マイナンバー 주민등록번호 anumber",
  credential:
    "password passwords passwd pwd passwort kennwort contrasena contrasenya clave motdepasse mdp senha haslo wachtwoord losenord adgangskode passord salasana heslo sifre parol passphrase passcode " +
    "pass passhash hashedpassword salt pin пароль 密码 密碼 パスワード 비밀번호",
  token:
    "secret secrets token tokens apikey credential credentials otp totp hotp authtoken accesstoken refreshtoken privatekey secretkey sessionid sessionkey " +
    "sessiondata cookie cookies jwt nonce ciphertext encrypted p256dh oauth magiclink passkey gpgid pushkey",
  network:
    "ip ips ipaddress ipaddr ipaddresses remoteaddr remoteip clientip useragent ua imeisv macaddress fingerprint mac",
  text:
    "bio biography vcard vcards resume curriculum lebenslauf medical diagnosis allergies allergy anamnesis bemerkung bemerkungen notiz notizen kommentar kommentare anmerkung anmerkungen observaciones observacao observacoes " +
    "commentaire commentaires remarque remarques opmerking opmerkingen observacion observacions uwagi anteckningar anteckning bemaerkninger huomautus huomautukset poznamka poznamky note_ " +
    "remark remarks rmk rmks notes comments complaint feedback aboutme testimony chat primechanie kommentarij aciklama merknad " +
    "заметки комментарий комментарии примечание 備考 备注 비고",
  picture:
    "avatar selfie signature portrait mugshot headshot photograph fingerprints unterschrift profilbild фото 写真 照片 passfoto",
  location: "geolocation latlng latlon latlong gpslocation",
  sensitive:
    "gender geschlecht sexe sexo sesso plec religion ethnicity race nationality salary salaire gehalt salario lohn wage income marital sexuality disability пол 性別 性别 성별",
};

export const strongWords: ReadonlyMap<string, Kind> = new Map(
  [...Object.entries(strong), ...Object.entries(strongAbroad)].flatMap(([kind, words]) =>
    words.split(/\s+/).map((word) => [fold(word), kind as Kind] as const),
  ),
);
