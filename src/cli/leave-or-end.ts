// A process that was asked to stop has a few last words for the ledger. Where the ledger does not answer it waits, since
// a worker that ends without them takes its time from its runs; whoever cannot wait asks once more.

import { setTimeout as wait } from "node:timers/promises";
import type { Ledger } from "../ledger/ledger.ts";
import { exitCodes } from "./exit-code.ts";
import type { Output } from "./output.ts";

/** How long it waits for the end that it has begun before it looks whether the ledger is in the way. */
const patienceMs = 3_000;
/** How long the ledger may take to answer that look. */
const answerMs = 2_000;

const words = [
  "the ledger does not answer: it is waited for, so that others can take over what runs;",
  "asked to stop once more, this process ends at once, as a kill would end it",
].join(" ");

/** To be called each time that the process is asked to stop. Keeps no process alive. */
export function leaveOrEnd(ledger: Ledger, output: Pick<Output, "warn">): () => void {
  let state: "here" | "leaving" | "away" = "here";
  const look = async (): Promise<void> => {
    while (state === "leaving") {
      await wait(patienceMs, undefined, { ref: false });
      if (await answers(ledger)) continue;
      state = "away";
      output.warn(words);
    }
  };
  return () => {
    if (state === "away") process.exit(exitCodes.ok);
    if (state === "here") {
      state = "leaving";
      void look();
    }
  };
}

function answers(ledger: Ledger): Promise<boolean> {
  // One that refuses, since it is closed by now, is not what is waited for.
  const answer = ledger.headCursor().then(
    () => true,
    () => true,
  );
  return Promise.race([answer, wait(answerMs, false, { ref: false })]);
}
