// `run`, `show` and `ls` say when a benchmark's file is another by now than a run was of.

import { readFileSync, writeFileSync } from "node:fs";
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
