import { maskNames, transformations } from "./domains";

/** The table of transformations in Markdown, as docs/rules.md shows it. */
export function domainsTable(): string {
  const rows = maskNames.map((name) => {
    const { types, params, meaning, unique, identifying } = transformations[name];
    const takes = types === "any" ? "any" : types.join(", ");
    const keys = Object.keys(params.shape);
    const cells = [
      `\`${name}\``,
      takes,
      keys.map((key) => `\`${key}\``).join(", "),
      meaning,
      yes(unique),
      yes(identifying),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| with | takes | parameters | a value becomes | stays unique | identifies |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function yes(value: boolean): string {
  return value ? "yes" : "";
}
