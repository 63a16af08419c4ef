// Whole isolated runs one after another, two at a time with both cores busy, against bare starts of Node in the same
// way: the price of isolation, supervision and a durable record.

import { containedNothing } from "./contained-nothing.ts";
import { bareNode } from "./machine.ts";
import { figureOf, pairedRatio, takeTurns, timed } from "./measure.ts";
import { benchmark001, nothing, openPlace } from "./place.ts";
import { type Report, row, spread } from "./report.ts";

const atOnce = 2;
/** Runs per second of a program that does nothing, against bare starts per second. */
const shareMin = 0.5;

/** In blocks that take turns, so that a machine that slows down meets both alike. */
export async function benchManyRuns({ runs = 200, noOps = 100, blocks = 5 } = {}): Promise<Report[]> {
  await using place = await openPlace({ spares: atOnce, keepsSpares: true });
  const block = (count: number, work: () => Promise<unknown>) => async (): Promise<number> => {
    const ms = await timed(() => twoAtATime(count, work));
    return count / (ms / 1000);
  };
  const run = (what: Parameters<typeof place.queue>[0]) => async () => place.toEnd(await place.queue(what));
  const benchmark = benchmark001();
  // The first few teach the worker what to keep its spares ready for.
  await twoAtATime(6, run(benchmark));
  const long = Math.ceil(runs / blocks);
  const first = await takeTurns(blocks, { bare: block(long, bareNode), runs: block(long, run(benchmark)) });
  await twoAtATime(6, run(nothing()));
  const short = Math.ceil(noOps / blocks);
  const second = await takeTurns(blocks, {
    bare: block(short, bareNode),
    contained: block(short, containedNothing),
    runs: block(short, run(nothing())),
  });
  return [
    reportOf(`${long * blocks} runs of 001-sol-transfer, ${atOnce} at a time`, first, null),
    reportOf(`${short * blocks} runs of \`true\`, ${atOnce} at a time`, second, shareMin),
  ];
}

async function twoAtATime(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

type Rates = { bare: number[]; runs: number[]; contained?: number[] };

function reportOf(title: string, rates: Rates, min: number | null): Report {
  const ratio = pairedRatio(rates.runs, rates.bare);
  const budget = min === null ? null : { words: `>= ${min} x bare node per second`, isMet: ratio >= min };
  const { contained } = rates;
  return {
    title,
    rows: [
      row("bare node", spread(figureOf(rates.bare), "a second"), 1),
      ...(contained === undefined
        ? []
        : [
            row(
              "bare node that contains it",
              spread(figureOf(contained), "a second"),
              pairedRatio(contained, rates.bare),
            ),
          ]),
      { ...row("whole runs", spread(figureOf(rates.runs), "a second"), ratio), budget },
    ],
  };
}
