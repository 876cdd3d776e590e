import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { familyOf } from "../rules/families";
import type { Around } from "./hiddenHints";
import type { Hint } from "./personalNames";
import { tableWords } from "./tableWords";
import { nameWords } from "./vocabulary";
import { singulars } from "./words";

/** Shorter texts are names and labels. */
const shortestText = 100;
const dataWords = /^(data|content|vars|payload|document|blob)$/;
const bytesOfFiles = /^(data|filedata|content|contents|filecontent|body|blob|chunk|bytes|image)$/;
const fileWords =
  /^(media|file|files|fileinfo|upload|uploads|attachment|attachments|document|documents|repository)$/;

/** Files, places and stored states of a table whose rows belong to people. */
export function ofSomebody(
  table: CatalogueTable,
  column: CatalogueColumn,
  words: string[],
  { ofPeople, sample, subject }: Around,
): Hint | undefined {
  const last = words.at(-1) ?? "";
  const family = familyOf(column);
  const ofFiles = nameWords(table.name).some((word) => fileWords.test(word));
  if (ofFiles && family === "bytes" && bytesOfFiles.test(last)) {
    return hint("picture", 0.55, "its name speaks of what is in files that somebody sent");
  }
  const named =
    nameWords(table.name).length === 1 && /^(name|nome|nom|nombre|naam|filename|title)$/.test(last);
  if (ofFiles && named && words.length === 1 && family === "text" && (sample?.values ?? 0) === 0) {
    return hint("picture", 0.5, "its name speaks of files, which carry their senders' names");
  }
  if (!ofPeople) return undefined;
  if (
    subject !== "geo" &&
    ["decimal", "integer"].includes(family) &&
    /^(latitude|longitude|lat|lng|lon)$/.test(last)
  ) {
    return hint("location", 0.55, "its name speaks of a place, and its table refers to people");
  }
  if (family !== "text" || (sample?.values ?? 0) > 0) return undefined;
  if (
    /^(filename|name)$/.test(last) &&
    words.length <= 2 &&
    nameWords(table.name).some((word) => fileWords.test(word))
  ) {
    return hint("picture", 0.55, "its name speaks of files, and its table refers to people");
  }
  const long = (column.maxLength ?? shortestText) >= shortestText;
  return dataWords.test(last) && words.length === 1 && long
    ? hint("text", 0.5, "its name says that it may hold anything, and its table refers to people")
    : undefined;
}

const thingsNumbered =
  /^(order|invoice|version|room|page|line|sort|sequence|serial|model|part|product|item|step|revision|batch|lot|flight|seat|table|port|track|week|max|min|total|build)$/;

/** What has keys of its own in any application. */
const sharedIds =
  /^(account|provider|tenant|parent|child|human|contact|profile|lead|prospect|agent|operator|manager|owner|identity|invitation|subscription_|invitee|player|actor|household|family|author|artist_|vehicle|enrollment|attendance)$/;

/** A number that somebody has outside the database, where it points at no table: `passenger_id` on a ticket. */
export function ownNumber(
  table: CatalogueTable,
  column: CatalogueColumn,
  words: string[],
  { refersTo, subject }: Around,
): Hint | undefined {
  if (table.primaryKey.includes(column.name)) return undefined;
  if (familyOf(column) !== "text" || refersTo !== undefined || words.length < 2) return undefined;
  const counted = /^(number|no|nr|num|numero|nummer|numer)$/.test(words.at(-1) ?? "");
  if (counted && subject === "person" && !words.some((word) => thingsNumbered.test(word))) {
    return hint("number", 0.55, "its name speaks of a number that somebody is known by");
  }
  const who = words.at(-2) ?? "";
  if (words.at(-1) !== "id" || (column.maxLength ?? 99) < 3) return undefined;
  if (/^(user|usr|assignee|assigner|creator|editor|approver|actor)$/.test(who)) {
    return hint("username", 0.5, "its name speaks of what somebody is known by, and no table has such a key");
  }
  return words.length <= 3 && !sharedIds.test(who) && tableWords.get(who) === "person"
    ? hint("number", 0.5, "its name speaks of a number that somebody is known by")
    : undefined;
}

/** Who knows the name of a session is let in. */
export function session(table: CatalogueTable, column: CatalogueColumn, words: string[]): Hint | undefined {
  const others = table.columns.some((one) => one !== column && nameWords(one.name).includes("token"));
  const sessions =
    !others && singulars(nameWords(table.name).at(-1) ?? "").some((word) => /^(session|sess)$/.test(word));
  const named = / (id|sid|key|sess id|session id|session key|session) $/.test(` ${words.join(" ")} `);
  const own = words.length === 1 || /^(session|sess)$/.test(words[0] ?? "");
  return sessions && named && own && familyOf(column) === "text"
    ? hint("token", 0.6, "it is the name of a session, by which somebody gets in")
    : undefined;
}

/** Addresses that let somebody in, and are found by their hash. */
export function link(table: CatalogueTable, words: string[]): Hint | undefined {
  const near = nameWords(table.name).some((word) =>
    /^(links?|tmplinks?|invites?|invitations?|resets?|confirmations?|verifications?)$/.test(word),
  );
  return near && words.length === 1 && words[0] === "hash"
    ? hint("token", 0.5, "its name speaks of what opens a link")
    : undefined;
}

function hint(kind: Hint["kind"], sure: number, reason: string): Hint {
  return { kind, sure, reason };
}
