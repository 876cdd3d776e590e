/** One statement of an SQL file, with the place of its first character. */
export interface Statement {
  text: string;
  offset: number;
}

export interface SqlText {
  statements: Statement[];
  /** Offsets of backslashes outside quotes and comments: commands of psql, or the end of inline COPY data. */
  metaCommands: number[];
}

/**
 * Cuts an SQL file into its statements as psql does: semicolons inside quotes, dollar quotes, comments, parentheses and
 * `BEGIN ATOMIC ... END` bodies end nothing. Expects `standard_conforming_strings`, PostgreSQL's default.
 */
export function splitSql(text: string): SqlText {
  const result: SqlText = { statements: [], metaCommands: [] };
  let start: number | undefined;
  let parentheses = 0;
  let body = 0;
  let words: string[] = [];
  const finish = (end: number) => {
    if (start !== undefined) result.statements.push({ text: text.slice(start, end), offset: start });
    start = undefined;
    parentheses = 0;
    body = 0;
    words = [];
  };
  for (let at = 0; at < text.length;) {
    const { kind, end } = tokenAt(text, at);
    const token = text.slice(at, end);
    if (kind === "meta") result.metaCommands.push(at);
    if (kind === "code" && token === ";" && parentheses === 0 && body === 0) {
      finish(at);
    } else if (kind !== "blank") {
      start ??= at;
      if (token === "(") parentheses++;
      if (token === ")") parentheses--;
      if (kind === "word") {
        const word = token.toLowerCase();
        if (word === "atomic" && words.at(-1) === "begin" && words[0] === "create") body = 1;
        else if (body > 0 && word === "case") body++;
        else if (body > 0 && word === "end") body--;
        words.push(word);
      }
    }
    at = end;
  }
  finish(text.trimEnd().length);
  return result;
}

interface Token {
  kind: "blank" | "word" | "code" | "meta";
  end: number;
}

function tokenAt(text: string, at: number): Token {
  const rest = text.slice(at, at + 2);
  if (/^\s/.test(rest)) return { kind: "blank", end: at + 1 };
  if (rest === "--") return { kind: "blank", end: endOr(text, text.indexOf("\n", at)) };
  if (rest === "/*") return { kind: "blank", end: commentEnd(text, at) };
  if (/^e'/i.test(rest)) return { kind: "code", end: quotedEnd(text, at + 1, "'", true) };
  if (rest[0] === "'" || rest[0] === '"') return { kind: "code", end: quotedEnd(text, at, rest[0], false) };
  if (rest[0] === "$") return { kind: "code", end: dollarEnd(text, at) };
  if (rest[0] === "\\") return { kind: "meta", end: at + 1 };
  const word = /[\p{L}_][\p{L}\p{N}_$]*/uy;
  word.lastIndex = at;
  if (word.test(text)) return { kind: "word", end: word.lastIndex };
  return { kind: "code", end: at + 1 };
}

/** An unfinished quote or comment reaches to the end; the server will say so. */
function endOr(text: string, index: number): number {
  return index === -1 ? text.length : index;
}

function commentEnd(text: string, from: number): number {
  let depth = 0;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let found = edge.exec(text); found; found = edge.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

/** The end of a quoted text that opens at `from`; a doubled quote goes on, and so does an escaped one in E'...'. */
function quotedEnd(text: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from + 1; at < text.length; at++) {
    if (escapes && text[at] === "\\") at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return text.length;
}

function dollarEnd(text: string, from: number): number {
  const tag = /\$([\p{L}_][\p{L}\p{N}_]*)?\$/uy;
  tag.lastIndex = from;
  const opened = tag.exec(text);
  if (!opened) return from + 1;
  const closing = text.indexOf(opened[0], tag.lastIndex);
  return closing === -1 ? text.length : closing + opened[0].length;
}

/** Where an offset is, as a person counts: lines and columns from 1, with the line's text. */
export function placeOf(text: string, offset: number): { line: number; column: number; source: string } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  const source = text.slice(lineStart, endOr(text, text.indexOf("\n", offset))).replace(/\r$/, "");
  return { line: before.split("\n").length, column: [...text.slice(lineStart, offset)].length + 1, source };
}
