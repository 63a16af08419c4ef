import { expect, test } from "vitest";
import {
  childrenOf,
  descendantsOf,
  isOver,
  isSamePlace,
  type ProcReader,
  parseProcStat,
  parsePssKib,
  procReader,
  residentKib,
  taggedWith,
} from "./process.ts";

const line = (pid: number, name: string, state: string, ppid: number, threads = 1, start = 500): string =>
  `${pid} (${name}) ${state} ${ppid} ${pid} ${pid} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 ${threads} 0 ${start} 1 2 3\n`;

test.each(["node", "a b", "a) R 1 (b", ")", "((", "tmux: server", "line\nbreak", ""])(
  "a stat line is read whatever the name: %j",
  (name) => {
    const stat = parseProcStat(line(12, name, "S", 7));
    expect(stat).toEqual({
      pid: 12,
      name,
      state: "S",
      ppid: 7,
      pgrp: 12,
      session: 12,
      threads: 1,
      startTicks: 500,
      isExiting: false,
    });
  },
);

test.each(["", "12", "12 (node", "12 (node) S", "x (node) S 1 2 3", line(1, "a", "S", 2).slice(0, 20)])(
  "a text that is no whole stat line is nothing: %j",
  (text) => expect(parseProcStat(text)).toBeNull(),
);

test("a zombie is over, unless threads of it still work", () => {
  const over = (state: string, threads: number) => isOver(parseProcStat(line(1, "a", state, 0, threads)) as never);
  expect([over("Z", 1), over("X", 1), over("Z", 3), over("T", 1), over("S", 1)]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("a process whose end has begun is marked so", () => {
  expect(parseProcStat(line(1, "a", "S", 0).replace(" 4194560 ", " 4194564 "))?.isExiting).toBe(true);
});

test("resident memory is read from a process's status, and a zombie has none", () => {
  expect(residentKib("Name:\ta\nVmHWM:\t  900 kB\nVmRSS:\t  700 kB\nRssAnon:\t 1 kB\n")).toBe(700);
  expect(residentKib("Name:\tVmRSS: 5 kB\nState:\tZ (zombie)\n")).toBe(0);
});

test("Pss is read from smaps_rollup, and not a part of it", () => {
  const text = "00400000-7fff [rollup]\nRss:   900 kB\nPss:                 321 kB\nPss_Anon:  100 kB\n";
  expect(parsePssKib(text)).toBe(321);
  expect(parsePssKib("Pss_Anon: 100 kB\n")).toBeNull();
});

test("descendants are found at any depth, also in a table that claims a circle", () => {
  const stat = (pid: number, ppid: number) => parseProcStat(line(pid, "a", "S", ppid)) as never;
  const table = [stat(4, 3), stat(3, 2), stat(9, 1), stat(2, 1), stat(1, 4)];
  const pids = descendantsOf(2, table).map(({ pid }) => pid);
  expect(pids.toSorted()).toEqual([1, 3, 4, 9]);
  expect(descendantsOf(77, table)).toEqual([]);
});

const files = (texts: Record<string, string>): ProcReader => ({
  text: (path) => texts[path] ?? null,
  link: () => null,
  ids: (path) => [
    ...new Set(
      Object.keys(texts)
        .filter((name) => name.startsWith(path === "" ? "" : `${path}/`))
        .map((name) => Number(name.slice(path === "" ? 0 : path.length + 1).split("/")[0])),
    ),
  ],
});

test("children come from the lists of all threads, and from the whole table where there are none", () => {
  const stats = { "5/stat": line(5, "a", "S", 1), "6/stat": line(6, "b", "S", 5), "7/stat": line(7, "c", "S", 5) };
  const lists = { "5/task/5/children": "6 ", "5/task/8/children": "7 99 " };
  expect(childrenOf(5, files({ ...stats, ...lists })).map(({ pid }) => pid)).toEqual([6, 7]);
  expect(childrenOf(5, files(stats)).map(({ pid }) => pid)).toEqual([6, 7]);
});

test("a tag is found only as a whole variable", () => {
  const environ = (text: string) => ({ "3/stat": line(3, "a", "S", 1), "3/environ": text });
  const found = (text: string) => taggedWith("abc", files(environ(text))).length;
  expect(found("HOME=/\0RUNLEDGER_TAG=abc\0")).toBe(1);
  expect(found("RUNLEDGER_TAG=abc")).toBe(1);
  expect(found("RUNLEDGER_TAG=abcd\0")).toBe(0);
  expect(found("XRUNLEDGER_TAG=abc\0")).toBe(0);
  expect(found("A=RUNLEDGER_TAG=abc\0")).toBe(0);
});

test("what cannot be read shows nothing", () => {
  const gone = (): never => {
    throw new Error("ENOENT");
  };
  const proc = procReader({ readFileSync: gone, readlinkSync: gone, readdirSync: gone });
  expect([proc.text("1/stat"), proc.link("1/ns/pid"), proc.ids("")]).toEqual([null, null, []]);
});

test("a place is the same only with the same boot and the same namespace", () => {
  const place = { bootId: "b", pidns: "pid:[1]" };
  expect(isSamePlace(place, { ...place })).toBe(true);
  expect(isSamePlace(place, { ...place, bootId: "c" })).toBe(false);
  expect(isSamePlace(place, { ...place, pidns: "pid:[2]" })).toBe(false);
});
