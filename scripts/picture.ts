import * as fs from "node:fs";
import * as path from "node:path";
import { pipelineSvg } from "../report/pipelineSvg";

/** Draws the README's picture of the pipeline from the story: `npx tsx scripts/picture.ts` after the story has changed. */
export const pictureFile = path.join(__dirname, "..", "docs", "pipeline.svg");

export function picture(): string {
  return pipelineSvg({ layout: "wide", standalone: true }) + "\n";
}

if (require.main === module) {
  fs.writeFileSync(pictureFile, picture());
  console.log(`drawn: ${path.relative(process.cwd(), pictureFile)}`);
}
