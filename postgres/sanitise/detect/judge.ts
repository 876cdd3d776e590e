import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import { elementFamilyOf, familyOf, rareFamilies } from "../rules/families";
import type { Finding } from "./finding";
import type { JsonPlace } from "./jsonKeys";
import { kindWords, type Kind } from "./kinds";
import { hintsOf, sureEnough, type Hint } from "./personalNames";
import type { ColumnSample } from "./sample";
import { harmless } from "./harmless";
import { hiddenHints } from "./hiddenHints";
import { valueHints } from "./valueHints";
import { subjectOf, type Subject } from "./tableSubject";
import { nameWords } from "./vocabulary";

/** What was found out about a column before it is judged. */
export interface Evidence {
  /** What the names of a composite type's parts say. */
  parts: Hint[];
  /** Undefined: it holds no text, or was not sampled. */
  sample: ColumnSample | undefined;
  places: JsonPlace[];
  /** Why nothing in it can be personal whatever it is called, e.g. `foreign key to club`. */
  structural: string | undefined;
  /** Why only few values are possible: an enum, a check; undefined when they are free. */
  allowed: string | undefined;
  /** What the table is about for this column; what it says itself by default. */
  subject?: Subject | undefined;
  /** The table refers to one of people: somebody wrote its rows, or they are about somebody. */
  ofPeople?: boolean;
  /** The table whose key it holds by its name and type, though no foreign key says so. */
  refersTo?: string | undefined;
}

const reviewFrom = 0.2;

/** Names, types, comments and values together. */
export function judge(table: CatalogueTable, column: CatalogueColumn, evidence: Evidence): Finding {
  const { sample, structural } = evidence;
  const keep = (confidence: number, ...reasons: string[]): Finding =>
    finding("keep", undefined, confidence, reasons);
  if (structural) return keep(1, structural);
  const subject = evidence.subject ?? subjectOf(table);
  const named = hintsOf(column, table, subject).filter(
    // What another table counts its rows by opens nothing and names nobody.
    () => evidence.refersTo === undefined,
  );
  const hints = [...named, ...evidence.parts];
  if (evidence.allowed !== undefined) return ofFewValues(hints, evidence.allowed, keep);
  const family = elementFamilyOf(column);
  hints.push(
    ...hiddenHints(table, column, {
      subject,
      sample,
      ofPeople: evidence.ofPeople ?? false,
      refersTo: evidence.refersTo,
    }),
  );
  const ownKey = table.primaryKey.includes(column.name) || evidence.refersTo !== undefined;
  const values = valueHints(subject, column, sample, ownKey);
  const places = evidence.places.map((place) => placeHint(place));
  const all = weighed(hints, sample, column).concat(values, places);
  const best = strongest(all);
  const list = best?.kind === "email" && isList(column, sample);
  if (best && best.sure >= sureEnough) {
    return { ...finding("mask", best.kind, best.sure, best.reasons), places: evidence.places, list };
  }
  if (!["text", "json", "array", "bytes", "composite", ...rareFamilies].includes(familyOf(column))) {
    if (best && best.sure >= reviewFrom) return finding("review", best.kind, best.sure, best.reasons);
    return keep(0.95, `${family} that is named like nothing personal`);
  }
  if (best && best.sure >= 0.3) {
    return { ...finding("review", best.kind, best.sure, best.reasons), places: evidence.places };
  }
  return (
    harmless(table, column, { subject, sample }, keep) ??
    finding("review", best?.kind, Math.max(best?.sure ?? 0, reviewFrom), [
      ...(best?.reasons ?? []),
      sample === undefined || sample.values === 0
        ? "nothing is known of it: no value was seen and its name says nothing"
        : "its name says nothing, and its values are free text",
    ])
  );
}

function finding(
  action: Finding["action"],
  kind: Kind | undefined,
  sure: number,
  reasons: string[],
): Finding {
  return {
    action,
    kind,
    confidence: Math.round(Math.min(sure, 1) * 100) / 100,
    reasons,
    places: [],
    list: false,
  };
}

function ofFewValues(
  hints: Hint[],
  allowed: string,
  keep: (sure: number, ...reasons: string[]) => Finding,
): Finding {
  const private_ = hints.find(({ kind, sure }) => kind === "sensitive" && sure >= reviewFrom);
  if (private_) return finding("review", "sensitive", 0.4, [private_.reason, allowed]);
  return keep(0.97, allowed);
}

/** Up to which surety few different values speak against a kind. */
const fewLimits: Partial<Record<Kind, number>> = {
  text: 0.9,
  username: 0.9,
  picture: 0.9,
  name: 0.8,
  address: 0.8,
  number: 0.8,
  token: 0.8,
};

const nameShapes = ["person", "reversed", "given", "family", "titled", "initial", "family_first"];

/** Names count for less where the values contradict them. */
function weighed(
  hints: Hint[],
  sample: ColumnSample | undefined,
  column: CatalogueColumn,
): (Hint & { share?: number })[] {
  if (sample === undefined || sample.values < 20) return hints;
  const { found, values, distinct } = sample;
  const family = familyOf(column);
  return hints.map((one) => {
    const less = (factor: number, why: string) => ({
      ...one,
      sure: one.sure * factor,
      reason: `${one.reason}, but ${why}`,
    });
    if (family !== "text") return one;
    if (one.kind === "email" && (found.email ?? 0) === 0) return less(0.5, "no value has an @");
    const plain = nameWords(column.name).at(-1) === "name";
    if (
      one.kind === "name" &&
      plain &&
      one.sure < 0.8 &&
      nameShapes.every((key) => (found[key] ?? 0) < values / 20)
    ) {
      // Names that are not known here there are many: it stays worth a look.
      return less(Math.max(0.6, Math.min(1, 0.3 / one.sure)), "no value is a name that is known");
    }
    // Made-up rows repeat towns and names; a town in a table of people is one all the same.
    const limit = fewLimits[one.kind] ?? 0;
    if (distinct <= 12 && values >= 100 && sample.characters < 40 && one.sure < limit) {
      return less(0.3, `its ${values} values are only ${distinct} different ones`);
    }
    if (
      one.kind === "name" &&
      one.sure < 0.9 &&
      sample.codes / values > 0.9 &&
      !(found.person ?? found.given)
    ) {
      return less(0.4, "its values are codes");
    }
    return one;
  });
}

function placeHint({ path, kind, sure }: JsonPlace): Hint {
  return { kind: "text", sure, reason: `${path} in it looks like ${kindWords[kind]}` };
}

/** Independent signs of one kind add up; the kind with the most wins. */
function strongest(hints: Hint[]): { kind: Kind; sure: number; reasons: string[] } | undefined {
  const byKind = new Map<Kind, Hint[]>();
  for (const hint of hints) byKind.set(hint.kind, [...(byKind.get(hint.kind) ?? []), hint]);
  const sums = [...byKind].map(([kind, all]) => {
    const own = [...all].sort((a, b) => b.sure - a.sure);
    const named = own.filter(({ reason }) => /^its /.test(reason)).slice(0, 1);
    const seen = own.filter(({ reason }) => !/^its /.test(reason)).slice(0, 4);
    const surest = [named[0]?.sure ?? 0, seen[0]?.sure ?? 0];
    return {
      kind,
      sure: 1 - surest.reduce((left, sure) => left * (1 - sure), 1),
      reasons: [...named, ...seen].map(({ reason }) => reason),
    };
  });
  return sums.sort((a, b) => b.sure - a.sure)[0];
}

function isList(column: CatalogueColumn, sample: ColumnSample | undefined): boolean {
  const words = nameWords(column.name);
  return (
    words.some(
      (word) => ["to", "cc", "bcc", "recipients", "emails", "from"].includes(word) && words.length <= 2,
    ) ||
    (sample !== undefined &&
      sample.values > 0 &&
      (sample.found.email ?? 0) === sample.values &&
      sample.words > 1.3 &&
      // Words of a sentence are shorter than addresses.
      sample.characters / sample.words > 12)
  );
}
