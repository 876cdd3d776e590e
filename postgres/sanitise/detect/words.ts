/** Letters as they compare: lower case, without accents, `ß` as `ss`. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[ßæøłıđœ]/g, (letter) => folded[letter] ?? letter);
}

const folded: Record<string, string> = { ß: "ss", æ: "ae", ø: "o", ł: "l", ı: "i", đ: "d", œ: "oe" };

/**
 * The words of a name: divided at signs, at capitals (`eMail`, `IPAddress`) and before and after digits, which go. A word that is not
 * in the vocabulary and is made of two or three words that are (`customeremail`, `telefonnummer`) becomes those.
 */
export function wordsOf(name: string, vocabulary: ReadonlySet<string>): string[] {
  return name
    .normalize("NFC")
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .map(fold)
    .flatMap((word) => (vocabulary.has(word) ? word : word.split(/\d+/)))
    .filter((word) => word !== "")
    .flatMap((word) =>
      vocabulary.has(word) ? [word] : (compound(word, vocabulary) ?? ending(word, vocabulary) ?? [word]),
    );
}

/** Words that stand at the end of names whatever stands before them, unless together they are something else. */
const endings =
  /^(.+?)(e?mails?|emailaddress|phone|telephone|telefon|telefono|mobilephone|telno|passwd|password|passwort|contrasena|firstname|lastname|fullname|surname|nickname|username|streetname|postcode|postalcode|zipcode|birthdate|birthday|ipaddr|ipaddress|token|secret|secretkey|iban|address|comments?|details|description|information|remarks?|content|person|clinician|doctor|physician|officer)$/;
const otherEndings =
  /^(iphone|.*(micro|head|mega|saxo|xylo|smart|dicta|gramo)phone|voicemail|blackmail|chainmail|surname|nickname|username)$/;

/** `netpasswd` and `clinicianphone`: a word that nobody knows before one that says it alone. */
function ending(word: string, vocabulary: ReadonlySet<string>): string[] | undefined {
  const found = otherEndings.test(word) ? undefined : endings.exec(word);
  const [, head, tail] = found ?? [];
  if (head === undefined || tail === undefined) return undefined;
  return [
    ...(compound(head, vocabulary) ?? [head]),
    ...(vocabulary.has(tail) ? [tail] : (compound(tail, vocabulary) ?? [tail])),
  ];
}

/** Scripts that write words without blanks. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

function compound(word: string, vocabulary: ReadonlySet<string>): string[] | undefined {
  if (unspaced.test(word)) {
    const inside = [...vocabulary].filter(
      (one) => one.length >= 2 && unspaced.test(one) && word.includes(one),
    );
    const longest = inside.sort((a, b) => b.length - a.length)[0];
    return longest === undefined ? undefined : [longest];
  }
  return word.length < 6 ? undefined : segments(word, vocabulary, 5);
}

function segments(word: string, vocabulary: ReadonlySet<string>, most: number): string[] | undefined {
  if (vocabulary.has(word)) return [word];
  if (word.length > 6 && word.endsWith("s") && vocabulary.has(word.slice(0, -1))) return [word];
  if (most === 1) return undefined;
  for (let at = word.length - 2; at >= 2; at--) {
    const head = word.slice(0, at);
    if (!vocabulary.has(head) || (at < 4 && !shortHeads.has(head))) continue;
    // German and its relatives join with an s: `geburtsort`.
    for (const rest of [word.slice(at), word.slice(at).replace(/^s/, "")]) {
      const tail = rest.length < 2 ? undefined : segments(rest, vocabulary, most - 1);
      if (tail !== undefined && (rest.length >= 4 || shortTails.has(rest))) return [head, ...tail];
    }
  }
  return undefined;
}

const shortHeads = new Set(
  "ip id tel ort user usr emp cust acc acct pwd job zip tax ssn fax tc sec dob org new old key mfa api sat two net src dst lab bio tax cod id".split(
    " ",
  ),
);
const shortTails = new Set(
  "lat lon lng dd mm yyyy day cli prov nif cif nr no num tel ip id cd nm dt key zip ort url usr pwd ssn msg fax".split(
    " ",
  ),
);

/** A word's likely singulars, itself first. */
export function singulars(word: string): string[] {
  const forms = [word];
  if (word.endsWith("ies")) forms.push(`${word.slice(0, -3)}y`);
  if (word.endsWith("es")) forms.push(word.slice(0, -2));
  if (word.endsWith("s") && !word.endsWith("ss")) forms.push(word.slice(0, -1));
  return forms;
}
