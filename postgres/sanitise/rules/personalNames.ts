import type { CatalogueColumn } from "../../catalogue";
import { elementFamilyOf } from "./families";

/**
 * What a column's name says in several languages. A word is a whole part of the name (`e_mail`, `eMail`, `E-Mail2`); a
 * name without any divider is also looked through for the longer words (`customeremail`, `geburtsdatum`).
 */
const kinds: { what: string; words: string }[] = [
  {
    what: "e-mail addresses",
    words:
      "email mail mails emails courriel correo epost eposta mailbox recipient recipients reply cc bcc почта имейл メール 邮箱 電子郵件",
  },
  {
    what: "telephone numbers",
    words:
      "phone phones telephone telefon telefono téléfono telefone telefoon tel mobile mobil movil móvil cell cellphone celular cellulare handy portable gsm fax landline sms whatsapp msisdn телефон 電話 电话 手机 携帯",
  },
  {
    what: "names of people",
    words:
      "firstname lastname surname fullname givenname familyname middlename maidenname forename nickname displayname realname username login loginname vorname nachname familienname geburtsname prenom prénom apellido apellidos cognome sobrenome voornaam achternaam förnamn efternamn imie imię nazwisko имя фамилия отчество 姓名 氏名 名前 contact payer holder",
  },
  {
    what: "postal addresses",
    words:
      "address addr address1 address2 adresse anschrift direccion dirección indirizzo endereco endereço adres street straße strasse rue calle suburb postcode postalcode zipcode zip plz ort wohnort codepostal cep адрес улица 住所 地址 郵便番号",
  },
  {
    what: "births, ages or genders",
    words:
      "birth birthday birthdate dob dateofbirth geburtstag geburtsdatum naissance nacimiento nascita nascimento geboortedatum gender geschlecht sexe sexo рождения 生年月日 出生",
  },
  {
    what: "numbers of documents, accounts or cards",
    words:
      "ssn sin nino passport reisepass pasaporte driverlicense licence license nationalid dni nif nie cpf cnpj curp pesel bsn tfn medicare taxid iban bic swift bsb account konto kontonummer card pan cvv cvc last4 bank паспорт инн снилс 身份证 口座",
  },
  {
    what: "passwords, tokens or keys",
    words:
      "password passwd pwd passwort kennwort contraseña motdepasse senha hasło wachtwoord secret secrets token tokens apikey credential credentials otp totp salt session cookie authorisation authorization registration privatekey пароль 密码 パスワード",
  },
  {
    what: "network addresses or devices",
    words: "ip ipaddress ipaddr remoteaddr useragent agent imei imsi mac latitude longitude geolocation",
  },
  {
    what: "free text about people",
    words:
      "note notes comment comments remark remarks message body about bio biography medical health diagnosis allergies emergency bemerkung bemerkungen notiz notizen kommentar observaciones commentaire commentaires заметки комментарий 備考 备注",
  },
  { what: "pictures of people", words: "photo avatar selfie portrait foto signature фото 写真" },
];

/** Two words that only together say it. */
const pairs: { what: string; first: string; second: string }[] = [
  {
    what: "names of people",
    first:
      "first last full given family middle maiden user member customer client player person people contact display owner payer holder employee author sender recipient reported roommate partner spouse nick",
    second: "name names",
  },
  {
    what: "numbers of documents, accounts or cards",
    first: "tax national id identity passport member",
    second: "number no",
  },
  {
    what: "passwords, tokens or keys",
    first: "api private access secret auth encryption",
    second: "key keys code",
  },
  { what: "network addresses or devices", first: "user remote device push", second: "agent addr id" },
  { what: "e-mail addresses", first: "e", second: "mail" },
  { what: "births, ages or genders", first: "date", second: "birth" },
];

const single = new Map(
  kinds.flatMap(({ what, words }) => words.split(" ").map((word) => [word, what] as const)),
);

/**
 * Why a column looks personal by its name, comment or type, as `its name speaks of e-mail addresses`; undefined when it
 * does not. Booleans say nothing of the kind, whatever their name.
 */
export function looksByName(column: CatalogueColumn): string | undefined {
  const family = elementFamilyOf(column);
  if (family === "boolean") return undefined;
  const byName = kindOf(column.name);
  if (byName) return `its name speaks of ${byName}`;
  if (family === "ip" || column.baseType.startsWith("macaddr")) return "its type holds network addresses";
  const byComment = column.comment && kindOf(column.comment);
  return byComment ? `its comment speaks of ${byComment}` : undefined;
}

function kindOf(text: string): string | undefined {
  const words = text
    .normalize("NFC")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((word) => [word, word.replace(/\d+$/, "")])
    .filter((word) => word !== "");
  for (const word of words) {
    const what = single.get(word);
    if (what) return what;
  }
  for (const { what, first, second } of pairs) {
    const has = (list: string) => list.split(" ").some((word) => words.includes(word));
    if (has(first) && has(second)) return what;
  }
  const long = [...single.keys()].filter((word) => word.length >= 5 || /[^\p{ASCII}]{2}/u.test(word));
  for (const word of words) {
    const inside = long.find(
      (one) => word.length > one.length && (word.startsWith(one) || word.endsWith(one)),
    );
    if (inside) return single.get(inside);
  }
  return undefined;
}
