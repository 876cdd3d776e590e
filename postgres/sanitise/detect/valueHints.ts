import type { CatalogueColumn } from "../../catalogue";
import { familyOf } from "../rules/families";
import type { Hint } from "./personalNames";
import type { ColumnSample } from "./sample";
import { shapes } from "./shapes";
import type { Subject } from "./tableSubject";
import { nameWords } from "./vocabulary";

/** What a sample of the values says. A key of the table itself, or of another, may look as a token does (`ownKey`). */
export function valueHints(
  subject: Subject,
  column: CatalogueColumn,
  sample: ColumnSample | undefined,
  ownKey: boolean,
): Hint[] {
  if (sample === undefined || sample.values === 0) return [];
  const { values, found, words, characters, distinct } = sample;
  // What stands inside JSON and the like is one of many things in it.
  const inside = !["text", "array"].includes(familyOf(column));
  const hints = shapes.flatMap((shape): Hint[] => {
    const count = found[shape.key] ?? 0;
    if (count === 0) return [];
    const share = count / values;
    const reason = `${shape.what} in ${count} of ${values} values`;
    const prose = words >= 4 || characters >= 60 || familyOf(column) !== "text";
    const wholeValue = shape.kind === "email" || shape.key === "agent";
    if (share >= shape.from && !(prose && !wholeValue && words >= 6)) {
      const few = shape.kind === "name" && distinct < 5 && values > 50;
      const aside =
        shape.kind === "name" && ["geo", "thing", "content", "system"].includes(subject) ? 0.5 : 1;
      const key = shape.key === "mixed" && ownKey;
      const version =
        shape.key === "ip" &&
        nameWords(column.name).some((w) => /^(version|build|release|firmware)$/.test(w));
      const digest =
        (shape.key === "random" || shape.key === "mixed") &&
        nameWords(column.name).some((w) =>
          /^(sha|md5|checksum|digest|etag|hash|commit|path|slug|url)$/.test(w),
        );
      return [
        {
          kind: inside ? "text" : shape.kind,
          sure: (few ? 0.3 : digest || key || version ? 0.2 : shape.whole) * aside * (0.75 + 0.25 * share),
          reason,
        },
      ];
    }
    if (shape.single === 0 || (!prose && shape.single < 0.9 && share < 0.2)) return [];
    return [{ kind: prose ? "text" : shape.kind, sure: shape.single, reason }];
  });
  // Long texts that differ from row to row were written by somebody.
  if (words >= 5 && distinct > 0.6 * values && values >= 5) {
    const sure = {
      person: 0.6,
      message: 0.6,
      log: 0.4,
      party: 0.35,
      content: 0.2,
      thing: 0.15,
      geo: 0.1,
      system: 0.1,
      address: 0.5,
      credential: 0.4,
      unknown: 0.4,
    }[subject];
    // In JSON the keys are words, too.
    const often = familyOf(column) === "json" ? 0.7 : 1;
    hints.push({
      kind: "text",
      sure: sure * often,
      reason: `sentences of ${Math.round(words)} words on average`,
    });
  }
  return hints;
}
