import type { Kind } from "./kinds";
import type { Subject } from "./tableWords";
import { weakAbroad } from "./languages";
import { fold } from "./words";

/** What a word says depends on what its table is about: how sure, from 0 to 1, for each; `other` for the rest. */
export interface WeakWord {
  kind: Kind;
  words: string;
  sure: Partial<Record<Subject, number>> & { other: number };
}

export const weakWords: WeakWord[] = [
  {
    kind: "name",
    words:
      "name names nm nom nombre nome naam namn navn nimi nazwa nev ad nazvanie kontakt contacto contato contatto " +
      "customer client kunde cliente",
    sure: {
      person: 0.92,
      address: 0.75,
      message: 0.4,
      party: 0.4,
      credential: 0.3,
      log: 0.3,
      content: 0.2,
      thing: 0.05,
      geo: 0.03,
      system: 0.03,
      other: 0.35,
    },
  },
  {
    kind: "name",
    words:
      "adh inviter invitee player composer author authors captain owner holder sender payer requester reporter requestor reviewer caller signatory approver assignee beneficiary patient driver passenger appraiser examiner inspector",
    sure: {
      person: 0.9,
      address: 0.75,
      message: 0.68,
      party: 0.6,
      log: 0.6,
      thing: 0.52,
      geo: 0.2,
      system: 0.1,
      content: 0.52,
      other: 0.55,
    },
  },
  {
    kind: "name",
    words: "contact contacts",
    sure: {
      person: 0.9,
      party: 0.65,
      message: 0.7,
      address: 0.75,
      thing: 0.3,
      geo: 0.2,
      system: 0.1,
      other: 0.55,
    },
  },
  {
    kind: "username",
    words:
      "usuario usuarios utilisateur gebruiker benutzer user users usr who actor creator createdby updatedby uploader editor modifier uid mentions assignee subscriber participants attendees invitees voter voters",
    sure: { person: 0.6, log: 0.75, system: 0.4, thing: 0.4, other: 0.6 },
  },
  {
    kind: "address",
    words:
      "city cty town ville ciudad cidade citta stadt ort miasto mesto kaupunki sehir plaats stad by localite locality gorod город 市 state province provincia county region district " +
      "department_ prefecture place location neighborhood neighbourhood st cap wojewodztwo bundesland kanton staat estado parish barangay municipality community comune cp kraj",
    sure: {
      person: 0.85,
      address: 0.92,
      party: 0.75,
      log: 0.3,
      geo: 0.03,
      thing: 0.2,
      system: 0.03,
      credential: 0.2,
      content: 0.1,
      message: 0.25,
      other: 0.3,
    },
  },
  {
    kind: "address",
    words: "line house apt suite apartment building bldg flat floor_ block_ unit_ door",
    sure: { address: 0.85, person: 0.4, other: 0.05 },
  },
  {
    kind: "text",
    words:
      "motivations motive purpose circumstance recommendation recommendations conclusion sintomas symptoms treatment goals note comment message messages msg memo about snippet excerpt preview reason explanation statement complaint answer answers reply review testimonial story description descr desc descripcion descricao " +
      "beschreibung popis opis details detail summary subject title line purpose topic_ instructions strengths weaknesses observation observations question nota narrative history minutes " +
      "post caption attachments mensaje mensagem messaggio nachricht wiadomosc zprava meddelande besked melding viesti mesaj soobshenie сообщение текст 内容 内容文 メッセージ 説明 описание",
    sure: {
      person: 0.72,
      message: 0.75,
      log: 0.62,
      party: 0.35,
      content: 0.25,
      credential: 0.3,
      address: 0.5,
      thing: 0.1,
      geo: 0.05,
      system: 0.05,
      other: 0.4,
    },
  },
  {
    kind: "text",
    words:
      "details detail reason reasons explanation justification statement rationale circumstances allegation allegations introduction motivation instructions information concerns impact opinion background describe",
    sure: {
      person: 0.7,
      message: 0.7,
      log: 0.6,
      party: 0.5,
      content: 0.3,
      thing: 0.2,
      geo: 0.05,
      system: 0.05,
      credential: 0.3,
      other: 0.52,
    },
  },
  {
    kind: "text",
    words: "body content text story narrative statement testimony transcript",
    sure: {
      person: 0.72,
      message: 0.75,
      log: 0.62,
      party: 0.45,
      content: 0.3,
      credential: 0.4,
      address: 0.5,
      thing: 0.15,
      geo: 0.05,
      system: 0.05,
      other: 0.6,
    },
  },
  {
    kind: "text",
    words:
      "annotation annotations note comment message messages msg memo reply testimonial mensaje mensagem messaggio nachricht mesaj nota observations observation",
    sure: {
      person: 0.85,
      message: 0.85,
      log: 0.7,
      party: 0.6,
      content: 0.5,
      thing: 0.3,
      geo: 0.1,
      system: 0.1,
      other: 0.7,
    },
  },
  {
    kind: "text",
    words:
      "data vars attribs attrs params parameters properties metadata meta context ctx extra preferences settings profile info details json headers args arguments fields attributes properties result trace stacktrace backtrace exception stack variables sql stmt",
    sure: {
      person: 0.6,
      message: 0.65,
      log: 0.7,
      party: 0.35,
      credential: 0.6,
      system: 0.1,
      thing: 0.15,
      geo: 0.05,
      content: 0.2,
      address: 0.5,
      other: 0.4,
    },
  },
  {
    kind: "text",
    words: "options config configuration",
    sure: {
      person: 0.6,
      message: 0.4,
      log: 0.4,
      party: 0.35,
      credential: 0.6,
      system: 0.1,
      thing: 0.15,
      geo: 0.05,
      content: 0.2,
      address: 0.5,
      other: 0.35,
    },
  },
  {
    kind: "text",
    words: "payload raw request response changes object handler snapshot error diff",
    sure: {
      person: 0.65,
      message: 0.65,
      log: 0.72,
      party: 0.55,
      credential: 0.6,
      system: 0.1,
      thing: 0.2,
      geo: 0.05,
      content: 0.2,
      address: 0.5,
      other: 0.55,
    },
  },
  { kind: "text", words: "people persons relatives", sure: { system: 0.1, other: 0.6 } },
  {
    kind: "text",
    words: "query search keywords q searchterm",
    sure: { log: 0.7, person: 0.6, other: 0.25 },
  },
  {
    kind: "token",
    words:
      "key keys hash digest code value identifier uid endpoint auth seed url session challenge bearer state certificate cert pem",
    sure: { credential: 0.8, person: 0.25, other: 0.12 },
  },
  {
    kind: "number",
    words: "account acct reference identifier serial extension acc number no nr",
    sure: { person: 0.4, party: 0.3, credential: 0.4, other: 0.12 },
  },
  { kind: "number", words: "acct", sure: { person: 0.55, party: 0.55, thing: 0.3, other: 0.5 } },
  {
    kind: "picture",
    words:
      "photo foto picture pic image img scan file filename document attachment upload uploads path blob video audio recording voice content",
    sure: {
      person: 0.75,
      message: 0.62,
      address: 0.3,
      party: 0.3,
      log: 0.3,
      thing: 0.1,
      content: 0.15,
      other: 0.3,
    },
  },
  {
    kind: "picture",
    words: "filename",
    sure: {
      person: 0.75,
      message: 0.7,
      log: 0.4,
      thing: 0.3,
      system: 0.1,
      content: 0.55,
      geo: 0.1,
      other: 0.52,
    },
  },
  {
    kind: "location",
    words:
      "latitude longitude lat lng lon long coordinates geom geometry geo gps point location position coords",
    sure: {
      person: 0.8,
      address: 0.9,
      credential: 0.8,
      log: 0.7,
      party: 0.55,
      geo: 0.03,
      thing: 0.3,
      other: 0.4,
    },
  },
  { kind: "birth", words: "dod deceased", sure: { person: 0.6, other: 0.2 } },
  { kind: "username", words: "identity", sure: { log: 0.6, credential: 0.6, person: 0.4, other: 0.2 } },
  { kind: "phone", words: "extension ext ramal", sure: { person: 0.6, party: 0.4, other: 0.05 } },
  { kind: "birth", words: "age", sure: { person: 0.4, other: 0.1 } },
  {
    kind: "sensitive",
    words: "sex bonus pay sal compensation creditlimit blood language nation citizenship",
    sure: { person: 0.4, other: 0.1 },
  },
  {
    kind: "username",
    words: "website homepage blog url link social",
    sure: { person: 0.65, party: 0.3, other: 0.05 },
  },
  {
    kind: "email",
    words: "to from sender recipient an von de_",
    sure: { message: 0.8, log: 0.5, other: 0.2 },
  },
];

const byWord = new Map<string, WeakWord[]>();
for (const weak of [...weakWords, ...weakAbroad]) {
  for (const word of weak.words.split(/\s+/).map(fold)) byWord.set(word, [...(byWord.get(word) ?? []), weak]);
}

export const weakByWord: ReadonlyMap<string, WeakWord[]> = byWord;

/** As the last word of a name these say that the column is about the thing before them and does not hold it. */
export const aboutTails = new Set(
  (
    "type types kind status format count counts length size version enabled verified confirmed required flag flg label order sort priority level category class mode method template templates provider algorithm " +
    "limit interval sequence seq rank position source language locale currency colour color at date dt ts timestamp policy visibility strategy frequency domain schema scheme max min total score weight " +
    "sent count cnt sts typ ind scope scopes expires expiry expiration ttl changed quota settings setting protocol port host server bounced opt optin preference preferences permission permissions attempts iterations delay period url_ prefix suffix group choice chooser stats statistics metrics country mask footer placeholder regex pattern hint label"
  ).split(/\s+/),
);

/** Words that say what is certainly nobody's: codes, measures, states. */
export const harmlessWords = new Set(
  (
    "status state_ type kind level priority severity category currency locale timezone zone language lang version format mime mimetype encoding colour color size unit units sku barcode slug permalink position " +
    "rank grade role roles permission scope tag tags icon theme font template layout codename model app namespace schema class method action event queue channel medium platform browser os " +
    "quantity price amount total rate cost discount weight height width checksum md5 sha md5sum etag mimetype extension_ direction operator operation op protocol port symbol genre rating stage phase season " +
    "period frequency algorithm provider engine country ctry nationality_ currency iso abbr code cd cds flag flg cron schedule visibility mode tier plan brand manufacturer make strength dosage dose source origin_ target_ outcome resolution"
  ).split(/\s+/),
);
