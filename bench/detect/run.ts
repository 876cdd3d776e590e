import { measure } from "./measure";
import { scoreTable } from "./score";

/**
 * Prints how well the detector does on every labelled schema. `--names` lists misses and false alarms, `--only NAME,NAME` takes some,
 * `--rows` fills the schemas of names with made-up rows, `--opaque` leaves them nothing else.
 */
async function main(words: string[]): Promise<void> {
  const only = words.includes("--only") ? words[words.indexOf("--only") + 1] : undefined;
  const { scores, missing } = await measure({
    only,
    rows: words.includes("--rows"),
    opaque: words.includes("--opaque"),
  });
  console.log(scoreTable(scores, words.includes("--names") || only !== undefined));
  for (const reason of missing) console.log(`not measured: ${reason}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
