import type { CatalogueColumn } from "../catalogue";
import type { MaskSpec } from "./plan";
import { elementFamilyOf, familyOf, type TypeFamily } from "./rules/families";

/** The value that a mask works on: a column of a row, an element of an array, a string inside JSON. */
export interface Subject {
  /** SQL of the value, of type `type`, not null. */
  sql: string;
  /** As `format_type` prints it with an empty search path. */
  type: string;
  family: TypeFamily;
  /** `typname` below domains and arrays, e.g. `int2`. */
  baseType: string;
  /** Of an array's elements. */
  elementFamily: TypeFamily;
  maxLength: number | undefined;
  /** Of a composite type, or of an array of one. */
  fields?: CatalogueColumn[] | undefined;
  /** Whether values that differ only in case must stay different. */
  exactCase: boolean;
  /** Whether it stands inside JSON or an array, where no replacement is prepared beforehand. */
  nested: boolean;
}

export interface CompileContext {
  /** Where generated addresses and hosts stand. */
  domain: string;
  /** Adds a function of this one column and answers its name in schema `prodcopy`. `make` is given the name. */
  addFunction: (make: (name: string) => string) => string;
}

/** A mask on a subject as an SQL expression of the subject's type. */
export type Compile = (spec: MaskSpec, subject: Subject, context: CompileContext) => string;

export function subjectOf(column: CatalogueColumn, sql: string, exactCase: boolean): Subject {
  const { type, baseType, maxLength, fields } = column;
  return {
    sql,
    type,
    family: familyOf(column),
    baseType,
    elementFamily: elementFamilyOf(column),
    maxLength,
    fields,
    exactCase,
    nested: false,
  };
}

/** A string inside a document, as the functions of `nested.ts` see it. */
export function leafOf(sql: string): Subject {
  return {
    sql,
    type: "text",
    family: "text",
    baseType: "text",
    elementFamily: "text",
    maxLength: undefined,
    exactCase: false,
    nested: true,
  };
}
