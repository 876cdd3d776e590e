import { z } from "zod";
import { fictionalNumbers } from "../../words/fictionalNumbers";
import {
  addressLength,
  apart,
  domain,
  format,
  formatLength,
  list,
  person,
  textual,
  type Transformation,
} from "./transformation";

const optionalPerson = { person: person.optional() };
const fictional = z
  .union([z.literal(true), z.enum(["+1", ...Object.keys(fictionalNumbers).map((code) => `+${code}`)])])
  .describe(
    "Only numbers that a country keeps for films and books, where it is one of +1, +33, +353, +44, +46, +49, +61; others as without it. `true`, or the country of numbers that are written without one (`+44`).",
  );
const name = z.strictObject({ list: list.optional(), ...optionalPerson });

/** Who somebody is, and how to reach them. */
export const people = {
  email: {
    meaning:
      "An address at `domain` (the first of allowed_domains), lower case; equal addresses in any case stay equal. With `person` it carries that person's new name.",
    types: textual,
    params: z.strictObject({ domain: domain.optional(), ...optionalPerson }),
    identifying: true,
    unique: true,
    minimumLength: addressLength(8),
    uniqueLength: addressLength(apart),
  },
  "email-list": {
    meaning:
      "Each address of a list divided by `separator` (comma), with or without a display name, as `email` maps it; display names go.",
    types: textual,
    params: z.strictObject({
      domain: domain.optional(),
      separator: z
        .string()
        .min(1)
        .max(3)
        .optional()
        .describe("What stands between two addresses; a comma by default."),
    }),
    identifying: true,
    unique: true,
    minimumLength: addressLength(8),
    uniqueLength: addressLength(apart),
  },
  "first-name": {
    meaning: "A given name from the word list of the same script.",
    types: textual,
    params: name,
    identifying: false,
    unique: false,
  },
  "last-name": {
    meaning: "A family name from the word list of the same script.",
    types: textual,
    params: name,
    identifying: false,
    unique: false,
  },
  "full-name": {
    meaning:
      "A given name and a family name: what `first-name` and `last-name` make of its first and its last word, so that columns of both kinds agree. Titles and middle names go.",
    types: textual,
    params: name,
    identifying: true,
    unique: false,
  },
  username: {
    meaning:
      "A login name of small letters and digits that begins with `user`, or with `person` with that person's new name; unique for different values.",
    types: textual,
    params: z.strictObject(optionalPerson),
    identifying: true,
    unique: true,
    minimumLength: () => 8,
    uniqueLength: () => apart + 1,
  },
  phone: {
    meaning:
      "Another number that could be dialled: the country code stays (of a national number the first zero), and so do the digit behind it, which tells mobile from fixed lines, and what stands between digits; a North American number stays one. Unique for different values, but it may be somebody's: `fictional` takes numbers that are nobody's, of which there are few, so that different values may become equal. With `format` (`04########`) exactly that shape.",
    types: ["text", "integer"],
    params: z.strictObject({ format: format.optional(), fictional: fictional.optional() }),
    identifying: true,
    unique: true,
    equalWith: (params) => params.fictional !== undefined,
    minimumLength: formatLength,
  },
  "address-line": {
    meaning: "A house number and a street from the word list of the same script.",
    types: textual,
    params: name,
    identifying: true,
    unique: false,
  },
  city: {
    meaning: "A town from the word list of the same script.",
    types: textual,
    params: name,
    identifying: false,
    unique: false,
  },
  postcode: {
    meaning: "Each digit and letter is replaced by one of its kind; with `format` exactly that shape.",
    types: ["text", "integer"],
    params: z.strictObject({ format: format.optional() }),
    identifying: false,
    unique: false,
    minimumLength: formatLength,
  },
  company: {
    meaning: "A made-up organisation's name from the word lists of the same script.",
    types: textual,
    params: name,
    identifying: true,
    unique: false,
  },
} satisfies Record<string, Transformation>;
