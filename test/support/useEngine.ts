import { Engine } from "./engine";
import { takeBefore, type Before } from "./engineChecks";

/**
 * In a suite of mocha: an engine of its own with a sample of so many members, how everything stood `before`, and its end.
 * `hand` gets both before the first test.
 */
export function useEngine(members: number, hand: (engine: Engine, before: Before) => void): void {
  let engine: Engine | undefined;
  before("an engine of this suite's own", async () => {
    engine = await Engine.create(members);
    hand(engine, await takeBefore(engine));
  });
  after("end the engine and all that it made", () => engine?.dispose());
}
