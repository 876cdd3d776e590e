/**
 * Small word lists of our own. Given names are common ones of several languages and scripts; family names, streets, towns
 * and companies are made up from syllables, so that a generated person is unlikely to be a real one. Words that
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
const otherFirst =
  "Αλέξης Δάφνη Ελένη Ζωή Ίρις Κλειώ Νίκος Φοίβη Анна Вера Глеб Дарья Егор Зоя Лев Нина Тимур 陽子 健太 美咲 小龙 ياسمين سليم דנה";

const familyStems =
  "Alder Bracken Calder Dunmar Elver Farn Garrow Halden Inver Jorvik Kestrin Lorrim Marlen Norrin Orrin Pellar Quarrin Rowen " +
  "Selwin Tarrin Umber Varden Wexen Yarrin Zellen";
const familyEndings =
  "ach brand combe dahl esk fjeld gard holt ister kvist lund mere nau ost quist rath stam thal und voort";
const townStems =
  "Amber Birken Corrin Dapple Ester Fallow Gloam Hollin Isel Kirren Larken Mossel Nettle Oaken Perrin Quill Rushen Sallow Tansy Wether";
const townEndings = "beck bourne ford garth haven minster ness stead wick worth";
const streetStems =
  "Acorn Barley Clover Dovecot Ember Fennel Gorse Heather Ivory Juniper Kelp Larch Meadow Nutmeg Orchid Poplar Quince Rosehip Sorrel Thistle";
const streetEndings = "bank croft dene field gate hollow mead ridge side wood";
const companyStems =
  "Argo Bolt Cinder Drift Echo Flint Grove Helix Ion Jade Krill Lumen Mica Nova Opal Pylon Quartz Relay Sable Tern";
const companyEndings = "works line point cast dyne form graph loom mark tide";

const list = (words: string) => words.split(" ");
const joined = (stems: string, endings: string) =>
  list(stems).flatMap((stem) => list(endings).map((ending) => stem + ending));

/** The lists by the name of their SQL function, `prodcopy.word_<name>`. `ascii` leaves out what only UTF-8 can hold. */
export function wordLists(
  ascii: boolean,
): Record<"first" | "last" | "town" | "street" | "company", string[]> {
  return {
    first: ascii ? list(latinFirst) : list(`${latinFirst} ${accentedFirst} ${otherFirst}`),
    last: joined(familyStems, familyEndings),
    town: joined(townStems, townEndings),
    street: joined(streetStems, streetEndings),
    company: joined(companyStems, companyEndings),
  };
}
