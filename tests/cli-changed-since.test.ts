// Commands say when a benchmark's file is another by now than a run was of, here and through a server.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { workplace } from "./command-line.ts";

let place: ReturnType<typeof workplace>;
beforeEach(() => {
  place = workplace();
  writeFileSync(join(place.folder, "hello.yml"), hello("hi"));
});
afterEach(() => place[Symbol.dispose]());

function hello(word: string): string {
  return `id: hello\ndescription: Says something.\nprompt: Say ${word}.\nground_truth: {answer_assertions: [{type: Equals, value: ${word}}]}\nsolution: [{tool: answer, args: {text: ${word}}}]\n`;
}

/** What `show` and `ls` say of the newest run, in JSON and in words. */
async function said(): Promise<unknown[]> {
  const { isChangedSince } = JSON.parse((await place.ask(["show", "last", "--json"])).stdout);
  const { runs } = JSON.parse((await place.ask(["ls", "--json"])).stdout);
  const words = [(await place.ask(["show", "last"])).stdout, (await place.ask(["ls", "--limit", "1"])).stdout];

  return [isChangedSince, runs[0].isChangedSince, ...words.map((text) => text.includes("has changed since this run"))];
}

test("a run says so once its file holds something else, and no more when it is as it was", async () => {
  expect((await place.run(["run", "hello.yml"])).code).toBe(0);
  expect(await said()).toEqual([false, false, false, false]);
  writeFileSync(join(place.folder, "hello.yml"), `# the same\n${hello("hi")}`);
  expect(await said()).toEqual([false, false, false, false]);
  writeFileSync(join(place.folder, "hello.yml"), hello("hello"));
  expect(await said()).toEqual([true, true, true, true]);
  expect((await place.ask(["show", "last"])).stdout).toContain("  changed  hello has changed since this run\n");
  expect((await place.run(["run", "hello.yml", "--json"])).stdout).toContain('"isChangedSince":false');
  expect(await said()).toEqual([false, false, false, false]);
  writeFileSync(join(place.folder, "hello.yml"), "id: [");
  expect(await said()).toEqual([null, null, false, false]);
  expect(readFileSync(join(place.folder, "hello.yml"), "utf8")).toBe("id: [");
});

/** What `why`, `diff` and `export` say of the two newest runs, in JSON and in words, with what an export holds. */
async function saidOfTwo(more: string[]): Promise<{ json: unknown[]; words: boolean[]; exported: string }> {
  const ask = (...args: string[]) => place.ask([...args, ...more]);
  const why = JSON.parse((await ask("why", "last", "--json")).stdout);
  const { a, b } = JSON.parse((await ask("diff", "last~1", "last", "--json")).stdout);
  const [whyText, diffText] = [(await ask("why", "last")).stderr, (await ask("diff", "last~1", "last")).stderr];
  const exported = await ask("export", "last", "last~1", "--format", "jsonl");
  const tail = (run: { id: string }) => run.id.slice(-8);
  return {
    json: [why.isChangedSince, a.isChangedSince, b.isChangedSince],
    words: [
      whyText.includes("\nchanged hello has changed since this run\n"),
      ...["A", "B"].map((side) => diffText.includes(`\n${side}: hello has changed since this run\n`)),
      ...[a, b].map((run) => exported.stderr.includes(`${tail(run)}: hello has changed since this run\n`)),
    ],
    exported: exported.stdout,
  };
}

test("why, diff and export say of just the runs before a change that they were before it, here and through a server", {
  timeout: 120_000,
}, async () => {
  mkdirSync(join(place.folder, "benchmarks"));
  const file = join(place.folder, "benchmarks", "hello.yml");
  renameSync(join(place.folder, "hello.yml"), file);
  expect((await place.run(["run", file])).code).toBe(0);
  expect((await place.run(["again", "last"])).code).toBe(0);
  const server = place.start(["serve", "--port", "0", "--slots", "1"]);
  const url =
    /http:\/\/127\.0\.0\.1:\d+/.exec(await server.shows("stdout", "http://"))?.[0] ?? expect.fail("no address");
  const ways = [[], ["--url", url]];
  const none = { json: [false, false, false], words: [false, false, false, false, false] };
  const before = await Promise.all(ways.map(saidOfTwo));
  for (const one of before) expect(one).toMatchObject(none);
  writeFileSync(file, hello("hello"));
  const after = await Promise.all(ways.map(saidOfTwo));
  for (const one of after)
    expect(one).toMatchObject({ json: [true, true, true], words: [true, true, true, true, true] });
  // What is exported is the same to the byte.
  const texts = [...before, ...after].map(({ exported }) => exported);
  expect(new Set(texts).size).toBe(1);
  expect((await place.run(["run", file])).code).toBe(0);
  for (const one of await Promise.all(ways.map(saidOfTwo)))
    expect(one).toMatchObject({ json: [false, true, false], words: [false, true, false, true, false] });
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
});
