import type { Script } from "../rules/domains/transformation";
import { scriptPlaces } from "./scriptPlaces";
import { otherScripts } from "./scripts";

/**
 * Small word lists of our own. Given names are common ones of several languages; family names, streets, towns
 * and companies are made up from syllables, so that a generated person is unlikely to be a real one; none of these begins
 * with a given name, by which somebody who looks for people in a copy would find it. Words that
 * stood in production's names are taken out of the lists before a run (`install.ts`).
 */
const latinFirst =
  "Ada Adele Agnes Albin Alina Almut Amalia Anneli Anton Arne Astrid Aurel Beata Bela Benita Bertil Birgit Bruno Calla Carlo " +
  "Celia Cilla Cosima Dagny Dario Delia Dorit Edda Edvin Elin Elio Elvira Emeka Enno Erlend Estelle Etta Fabia Fedor Fiete " +
  "Flora Frieda Gerda Gilda Greta Gunnar Hanne Hedda Helmi Henrik Ida Ilja Ilse Imani Inga Ione Irma Isolde Ivo Jarle Jette " +
  "Joris Jovan Juno Kaja Karin Kasper Kirsten Lando Leda Leif Lenz Levi Liv Lorin Ludo Maia Malte Maren Mio Mirja Nadja Nele " +
  "Nilo Nora Odile Oke Olga Orla Oskar Paola Petra Pia Quirin Ragna Rasmus Remo Rika Romy Runa Saga Selma Signe Silvio Sten " +
  "Svea Tadeo Tamsin Thea Tilda Tove Ulla Ursin Valdis Vera Vigo Wanda Wim Xenia Ylva Yorick Zelda Zora";
const accentedFirst =
  "Anaïs Bjørn Chloé Érik Gérôme Håkon Inês Jürg Loïc Márta Noémie Øyvind Renée Søren Zoë Łukasz";

const familyStems =
  "Alder Bracken Calder Dunmar Elver Farn Garrow Halden Inver Jorvik Kestrin Lorrim Marlen Norrin Orrin Pellar Quarrin Rowen " +
  "Selwin Tarrin Umber Varden Wexen Yarrin Zellen";
const familyEndings =
  "ach brand combe dahl esk fjeld gard holt ister kvist lund mere nau ost quist rath stam thal und voort";
const townStems =
  "Ashlar Birken Corrin Dapple Eddish Fallow Gloam Hollin Isel Kirren Larken Mossel Nettle Oaken Pellow Quill Rushen Sallow Tansy Wether";
const townEndings = "beck bourne ford garth haven minster ness stead wick worth";
const streetStems =
  "Acorn Barley Cobnut Dovecot Eyebright Fennel Gorse Hawthorn Ironwood Jetty Kelp Larch Medlar Nutmeg Orchid Poplar Quince Rosehip Sorrel Thistle";
const streetEndings = "bank croft dene field gate hollow mead ridge side wood";
const companyStems =
  "Argo Bolt Cinder Drift Easel Flint Grove Helix Ion Joist Krill Lumen Mortar Nozzle Orbit Pylon Quartz Relay Sluice Tern";
const companyEndings = "works line point cast dyne form graph loom mark tide";

const placeKinds = ["town", "street", "company"] as const;

const list = (words: string) => words.split(" ");
const joined = (stems: string, endings: string) =>
  list(stems).flatMap((stem) => list(endings).map((ending) => stem + ending));

export type WordKind = "first" | "last" | "town" | "street" | "company";

export interface WordList {
  /** Part of the name of its SQL function, `prodcopy.word_<name>`. */
  name: string;
  words: string[];
  /** Given names: they stay in the list even where production has them. */
  given: boolean;
  /** What its words are, and in which script. */
  of: { kind: WordKind; script: Script };
}

/** All lists. `ascii` leaves out what only UTF-8 can hold. */
export function wordLists(ascii: boolean): WordList[] {
  const latin: WordList[] = [
    {
      name: "first",
      words: list(ascii ? latinFirst : `${latinFirst} ${accentedFirst}`),
      given: true,
      of: { kind: "first", script: "latin" },
    },
    {
      name: "last",
      words: joined(familyStems, familyEndings),
      given: false,
      of: { kind: "last", script: "latin" },
    },
    place("town", "latin", townStems, townEndings),
    place("street", "latin", streetStems, streetEndings),
    place("company", "latin", companyStems, companyEndings),
  ];
  if (ascii) return latin;
  return [
    ...latin,
    ...otherScripts.flatMap(({ script, first, stems, endings }): WordList[] => [
      { name: `first_${script}`, words: list(first), given: true, of: { kind: "first", script } },
      { name: `last_${script}`, words: joined(stems, endings), given: false, of: { kind: "last", script } },
      ...placeKinds.map((kind) => {
        const { stems: first, endings: then } = scriptPlaces[script][kind];
        return place(kind, script, first, then);
      }),
    ]),
  ];
}

function place(kind: WordKind, script: Script, stems: string, endings: string): WordList {
  const name = script === "latin" ? kind : `${kind}_${script}`;
  return { name, words: joined(stems, endings), given: false, of: { kind, script } };
}

/** How a result is written with a word: `{}` is the word, `#` a house's number. */
export interface WordForms {
  kind: (typeof placeKinds)[number];
  script: Script;
  forms: string[];
}

/** The ways of writing towns, streets and companies, of the same scripts as the lists. */
export function wordForms(ascii: boolean): WordForms[] {
  const latin: WordForms[] = [
    { kind: "town", script: "latin", forms: ["{}"] },
    {
      kind: "street",
      script: "latin",
      forms: list("Street Road Lane Avenue Close Parade").map((w) => `# {} ${w}`),
    },
    {
      kind: "company",
      script: "latin",
      forms: list("Works Group Partners Trading Society Services Club Union").map((w) => `{} ${w}`),
    },
  ];
  if (ascii) return latin;
  const others = otherScripts.flatMap(({ script }) =>
    placeKinds.map((kind) => ({ kind, script, forms: scriptPlaces[script][kind].forms })),
  );
  return [...latin, ...others];
}
