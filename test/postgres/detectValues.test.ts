import assert from "node:assert/strict";
import { drawer, randomOf } from "../../bench/detect/values";
import { labelsOf } from "../../bench/detect/labels";
import { createStatements, parseNames } from "../../bench/detect/names";
import { score } from "../../bench/detect/score";
import { readCatalogue } from "../../postgres/catalogue";
import { detect } from "../../postgres/sanitise/detect/detect";
import { useScratchHome, useScratchServer } from "../support/servers";

const draw = drawer(randomOf(3));
const { whole, digits, one } = draw;
const letter = () => one([..."ABCEGHJKLMNPRSTWXYZ"]);

/** What a column without a name is found by. */
const personal: Record<string, [kind: string, value: () => string]> = {
  email: ["email", draw.email],
  quoted: ["email", () => `${draw.fullName()} <${draw.email()}>`],
  phone: ["phone", draw.phone],
  brazil: ["phone", () => `(11) 9${digits(4)}-${digits(4)}`],
  plain: ["phone", () => `${2 + whole(8)}${digits(2)}${2 + whole(8)}${digits(6)}`],
  person: ["name", draw.fullName],
  titled: ["name", () => `${one(["Mr", "Mrs", "Dr"])}. ${draw.fullName()}`],
  initial: ["name", () => `${letter()}. ${draw.family()}`],
  last_first: ["name", () => `${draw.family()} ${draw.given()}`],
  given: ["name", draw.given],
  street: ["address", draw.street],
  canal: ["address", () => `Keizersgracht ${1 + whole(300)}`],
  boulevard: ["address", () => `${1 + whole(90)} bis bd des Lilas`],
  box: ["address", () => `PO Box ${1 + whole(9000)}`],
  town: ["address", () => `${one(["Portland", "Salem", "Eugene"])}, OR 97${digits(3)}`],
  british: ["address", () => `SW${1 + whole(9)} ${whole(10)}AA`],
  iban: ["number", draw.iban],
  ssn: ["number", draw.national],
  nino: ["number", () => `AB${digits(6)}C`],
  ahv: ["number", () => `756.${digits(4)}.${digits(4)}.${digits(2)}`],
  dni: ["number", () => dni(whole(99_999_999))],
  bsn: ["number", bsn],
  ip: ["network", draw.ip],
  agent: ["network", draw.agent],
  hash: ["credential", draw.secret],
  token: ["token", draw.token],
  map: ["location", () => `52.${digits(4)}, 13.${digits(4)}`],
  note: ["text", draw.text],
};

/** What must raise no alarm. */
const harmless: Record<string, () => string> = {
  state: draw.state,
  code: draw.code,
  product: draw.product,
  order: () => `2023-${digits(6)}`,
  ean: () => `40${digits(11)}`,
  version: () => `${whole(12)}.${whole(20)}.${whole(30)}`,
  release_version: () => `${whole(12)}.${whole(20)}.${whole(30)}.${whole(9)}`,
  sha: () => draw.hex(64),
  uuid: () => `${draw.hex(8)}-${draw.hex(4)}-4${draw.hex(3)}-8${draw.hex(3)}-${draw.hex(12)}`,
  amount: () => `${1 + whole(9)} ${digits(3)},${digits(2)}`,
  twelve: () => digits(12),
  tracking: () => `1Z${digits(6)}W${digits(10)}`,
  part: () => `${digits(3)}-${digits(4)}`,
  sentence: () => `The ${draw.product()} comes in ${one(["red", "blue"])}`,
  picture: () => `https://cdn.example.com/p/${digits(6)}.jpg`,
  dimensions: () => `${whole(99)} x ${whole(99)} cm`,
  song: () => `${one(["Evil Walks", "Snowballed", "Go Down", "Spellbound"])} ${whole(50)}`,
};

/** Schemas of our own, in the notation of `bench/detect/names.ts`: three languages, abbreviations, prefixes. */
const schemas: Record<string, string> = {
  library: `
    borrower brw_id:integer brw_fname=name brw_lname=name brw_dob:date=birth brw_eml=email brw_mob=phone brw_addr1=address brw_pc? brw_cat:char(2) brw_max_loans:smallint
    loan loan_id:integer brw_id:integer>borrower copy_no:integer due:date returned:date fine:numeric
    title title_id:integer isbn:char(13) title author? publisher year_published:smallint pages:integer
    desk_login login_id:integer username=username passwd_hash=credential last_ip:inet=network session_token=token`,
  verein: `
    mitglied id:integer vorname=name nachname=name geburtsdatum:date=birth telefon=phone mobil=phone strasse=address hausnr=address plz=address ort=address iban=number eintritt:date beitrag:numeric
    veranstaltung id:integer titel beginn:timestamp raum_nr:integer kapazitaet:integer
    anmeldung id:integer mitglied_id:integer>mitglied veranstaltung_id:integer>veranstaltung bemerkung:text=text bezahlt:boolean`,
  clinique: `
    patient id:integer nom=name prenom=name date_naissance:date=birth courriel=email telephone_portable=phone adresse=address code_postal=address numero_securite_sociale=number groupe_sanguin:char(3)?
    rendez_vous id:integer patient_id:integer>patient debut:timestamp duree_minutes:integer motif:text? salle:char(4)
    medicament id:integer code_cip:char(13) denomination dosage prix:numeric`,
};

function dni(number: number): string {
  return `${String(number).padStart(8, "0")}${"TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] ?? ""}`;
}

function bsn(): string {
  for (;;) {
    const value = `${1 + whole(9)}${digits(8)}`;
    const sum = [...value].reduce((all, digit, i) => all + Number(digit) * (i === 8 ? -1 : 9 - i), 0);
    if (sum % 11 === 0) return value;
  }
}

describe("the detector, by values and on schemas of others", function () {
  this.timeout(120_000);
  useScratchHome();
  const server = useScratchServer();

  it("finds what is personal in columns without a name, and only that", async () => {
    const made = [...Object.values(personal).map(([, value]) => value), ...Object.values(harmless)];
    await server().createDatabase("opaque");
    const found = await server().as("opaque", async (session) => {
      for (const [t, value] of made.entries()) {
        const named = Object.keys(harmless)[t - Object.keys(personal).length] === "release_version";
        await session.query(`create table t${t} (id int primary key, ${named ? "version" : "c1"} text)`);
        const values = Array.from({ length: 120 }, value);
        await session.query(`insert into t${t} select n, v from unnest($1::text[]) with ordinality x(v, n)`, [
          values,
        ]);
      }
      const { findings } = await detect(session, await readCatalogue(session, "opaque"));
      return made.map(
        (_, t) => [...findings].find(([key]) => new RegExp(`^public\\.t${t}\\.(c1|version)$`).test(key))?.[1],
      );
    });
    const kinds = found.map((one) => (one?.action === "mask" ? one.kind : "none"));
    const names = [...Object.keys(personal), ...Object.keys(harmless)];
    const expected = [
      ...Object.values(personal).map(([kind]) => kind),
      ...Object.keys(harmless).map(() => "none"),
    ];
    assert.deepEqual(
      Object.fromEntries(names.map((name, i) => [name, kinds[i]])),
      Object.fromEntries(names.map((name, i) => [name, expected[i]])),
    );
  });

  for (const [name, text] of Object.entries(schemas)) {
    it(`finds what is personal in the names of a ${name}, of which no row is there`, async () => {
      await server().createDatabase(name);
      const tables = parseNames(text);
      const result = await server().as(name, async (session) => {
        for (const statement of createStatements(tables).flat()) await session.query(statement);
        return score(name, labelsOf(tables), await detect(session, await readCatalogue(session, name)), 0);
      });
      assert.deepEqual(result.unknown, [], "labels of no column");
      assert.deepEqual([result.misses, result.falseAlarms], [[], []]);
    });
  }
});
