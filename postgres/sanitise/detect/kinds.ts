import { rareFamilies, type TypeFamily } from "../rules/families";

/** What personal thing a column holds. */
export type Kind =
  | "email"
  | "phone"
  | "name"
  | "username"
  | "address"
  | "birth"
  | "number"
  | "credential"
  | "token"
  | "network"
  | "text"
  | "picture"
  | "location"
  | "sensitive";

/** In words, as reasons have it: "its name speaks of ...". */
export const kindWords: Record<Kind, string> = {
  email: "e-mail addresses",
  phone: "telephone numbers",
  name: "names of people",
  username: "names by which people log in or are known",
  address: "postal addresses",
  birth: "births",
  number: "numbers of documents, accounts or cards",
  credential: "passwords",
  token: "tokens or keys",
  network: "network addresses or devices",
  text: "free text about people",
  picture: "pictures or files of people",
  location: "places on the map",
  sensitive: "what is private though it names nobody",
};

const textual: TypeFamily[] = ["text", "array", "json", "composite", ...rareFamilies];

/** The families of columns that can hold such a thing at all: an integer that is named `email_count` holds no address. */
const holders: Record<Kind, TypeFamily[]> = {
  email: textual,
  phone: [...textual, "integer", "decimal"],
  name: textual,
  username: textual,
  address: [...textual, "integer", "decimal"],
  birth: ["date", "timestamp", "text", "integer"],
  number: [...textual, "integer", "decimal"],
  credential: [...textual, "bytes"],
  token: [...textual, "bytes", "uuid"],
  network: [...textual, "ip", "integer"],
  text: [...textual, "bytes"],
  picture: [...textual, "bytes"],
  location: [...textual, "decimal"],
  sensitive: [...textual, "integer", "decimal", "enum"],
};

export function canHold(kind: Kind, family: TypeFamily): boolean {
  return holders[kind].includes(family);
}
