import { digits } from "./digits";
import { hashing } from "./hashing";
import { identifiers } from "./identifiers";
import { mentions } from "./mentions";
import { people } from "./people";
import { phone } from "./phone";
import { places } from "./places";
import { scan } from "./scan";
import { texts } from "./texts";
import { tokens } from "./tokens";
import { values } from "./values";

/** Every fixed function of schema `prodcopy`, in the order in which they can be created. */
export const library: readonly string[] = [
  ...hashing,
  ...digits,
  ...phone,
  ...places,
  ...tokens,
  ...texts,
  ...people,
  ...identifiers,
  ...values,
  ...mentions,
  ...scan,
];
