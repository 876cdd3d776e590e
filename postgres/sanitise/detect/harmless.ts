import type { CatalogueColumn, CatalogueTable } from "../../catalogue";
import type { Finding } from "./finding";
import type { ColumnSample } from "./sample";
import type { Subject } from "./tableSubject";
import { nameWords } from "./vocabulary";
import { aboutTails, harmlessWords } from "./weakWords";
import { singulars } from "./words";

/** Why a text without any sign of a person is safe to keep; undefined when it is not known to be. */
export function harmless(
  table: CatalogueTable,
  column: CatalogueColumn,
  { subject, sample }: { subject: Subject; sample: ColumnSample | undefined },
  keep: (sure: number, ...reasons: string[]) => Finding,
): Finding | undefined {
  const words = nameWords(column.name);
  const last = words.at(-1) ?? "";
  if (sample !== undefined && sample.values >= 30) {
    const { values, distinct, codes } = sample;
    if (sample.characters < 60 && distinct <= Math.max(3, Math.min(50, values / 10))) {
      return keep(0.9, `its ${values} values are only ${distinct} different ones`);
    }
    if (codes / values > 0.95) return keep(0.75, "its values are short codes");
  }
  if (harmlessWords.has(last) || words.some((word) => harmlessWords.has(word) && !aboutTails.has(word))) {
    return keep(0.85, "its name speaks of a code, a state or a measure");
  }
  if (aboutTails.has(last) && words.length > 1) {
    return keep(0.8, "its name speaks of a property of something else");
  }
  if (column.maxLength !== undefined && column.maxLength <= 3 && !column.isArray) {
    return keep(0.8, `it holds ${column.maxLength} characters at most`);
  }
  if (subject === "party" && words.length === 1 && isPlace(table) && /^(name|title|label)$/.test(last)) {
    return keep(0.7, "it is the name of a place");
  }
  if (["thing", "geo", "system", "content"].includes(subject)) {
    return keep(
      0.7,
      `nothing speaks for a person, and the table is about ${subjectWords[subject] ?? "things"}`,
    );
  }
  if (/(_|^)(id|ids|uuid|guid|gid|ptr|fk|ref)$/.test(last) || column.name.endsWith("Id")) {
    return keep(0.7, "its name is that of a reference");
  }
  if (sample !== undefined && sample.values >= 30 && sample.words < 1.2 && sample.characters < 40) {
    return keep(0.6, "its values are single words that look like nothing personal");
  }
  return undefined;
}

/** Shops, offices and the like have addresses, as parties do, and names that are nobody's. */
export function isPlace(table: CatalogueTable): boolean {
  return singulars(nameWords(table.name).at(-1) ?? "").some((word) => placeWords.has(word));
}

const placeWords = new Set(
  "store shop office venue branch hotel restaurant warehouse checkpoint depot airport station site building campus property school hospital clinic filiale geschaeft tienda magasin negozio".split(
    " ",
  ),
);

const subjectWords: Record<string, string> = {
  thing: "things",
  geo: "places",
  system: "the application itself",
  content: "the application's own texts",
};
