import type { CatalogueTable } from "../../catalogue";
import type { Kind } from "./kinds";
import { kindsOf } from "./nameKinds";
import { nameWords } from "./vocabulary";
import { singulars } from "./words";

/** Under which names a table that is named after a thing keeps the thing itself: `email_addresses.address`, `phone_numbers.value`. */
const carriers: Partial<Record<Kind, RegExp>> = {
  email: /^(address|addr|value)$/,
  phone: /^(number|no|value|digits)$/,
  name: /^(name|value|old|new|previous|former)$/,
  network: /^(address|addr|value|hex)$/,
  credential: /^(hash|digest|value|old|previous|content|crypt)$/,
};
/** Words of tables that hang accounts elsewhere on a person: `social_links.url`, `external_identities.uid`. */
const elsewhere = / (social|socials|identity|identities|external (id|ids|account|accounts|login|logins)) /;
const account = /^(url|link|handle|uid|sub|subject|identifier)$/;
const calls = / (cdr|cdrs|call|calls|voip|telephony|calllog) /;
const inCall =
  /^(caller|callee|called|calling|src|dst|source|destination|ani|dnis|from|to|number|clid|dialled|dialed)$/;
/** Only where the table's name ends with the thing: a `phone_log.value` may be anything. */
const onlyAtTheEnd = /^(value|number|no|digits)$/;

/** What a column holds because its table is named after it. */
export function tableKind(table: CatalogueTable, column: string[]): { kind: Kind; sure: number } | undefined {
  const last = column.at(-1) ?? "";
  const words = nameWords(table.name).map((word) => singulars(word).at(-1) ?? word);
  const foreign = elsewhere.test(` ${nameWords(table.name).join(" ")} `);
  if (foreign && (account.test(last) || / (provider|external) id $/.test(` ${column.join(" ")} `))) {
    return { kind: "username", sure: 0.7 };
  }
  if (calls.test(` ${nameWords(table.name).join(" ")} `) && column.length === 1 && inCall.test(last)) {
    return { kind: "phone", sure: 0.7 };
  }
  if (
    /(certificate|cert|keypair|ssh|gpg|pgp|sso)s?(_|$)/i.test(table.name) &&
    /^(key|private|pem)$/.test(last)
  ) {
    return { kind: "token", sure: 0.7 };
  }
  const joined = [words, nameWords(table.name)];
  for (const { kind, sure } of joined.flatMap((one) => kindsOf(one, "unknown"))) {
    if (sure < 0.85 || !carriers[kind]?.test(last)) continue;
    const ends = /^(address|addr|number|no|name|email|mail|phone|telephone|telefon|mobile|ip)$/;
    if (onlyAtTheEnd.test(last) && !ends.test(words.at(-1) ?? "")) continue;
    if (kind === "name" && !words.includes("name")) continue;
    return { kind, sure: 0.9 };
  }
  return undefined;
}
