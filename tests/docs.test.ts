// The docs and the code say the same: generated tables are compared, the words and lines of hand-written pages are
// looked up, and the examples are run.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generatedParts, withPart } from "../scripts/docs-tables.ts";
import { runStatuses } from "../src/core/moves.ts";
import { attemptFiles } from "../src/protocol/attempt-files.ts";
import { readEventLine } from "../src/protocol/event-file.ts";
import { finishType, journalStart, readRecords } from "../src/protocol/journal.ts";

const docs = new URL("../docs/", import.meta.url);

function pageOf(name: string): string {
  return readFileSync(new URL(name, docs), "utf8");
}

/** First cells of the table that follows a heading or line of the page, without their backticks. */
function firstCells(page: string, head: string): string[] {
  const [, ...rows] = page.slice(page.indexOf(head)).split("\n\n")[0]?.split("\n") ?? [];
  return rows
    .slice(1)
    .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
}

function codeBlock(page: string, language: string): string {
  const block = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (block === undefined) throw new Error(`the page has no block of ${language}`);
  return block;
}

describe("generated parts", () => {
  for (const part of generatedParts()) {
    test(`docs/${part.page} shows the ${part.name} that the code has (else: node scripts/write-docs.ts)`, () => {
      const page = pageOf(part.page);
      expect(page).toBe(withPart(page, part));
    });
  }

  test("a page that lost its marks is an error and not a page without a table", () => {
    const [part] = generatedParts();
    expect(() => withPart("# No marks", part as NonNullable<typeof part>)).toThrow("no marks");
  });
});

test("docs/run-lifecycle.md explains every status and no other", () => {
  expect(firstCells(pageOf("run-lifecycle.md"), "| status | meaning |")).toEqual([...runStatuses]);
});

test("docs/glossary.md has each word once", () => {
  const rows = pageOf("glossary.md")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2);
  const words = rows.map((row) => row.split("|")[1]?.trim() ?? "");
  expect(words.length).toBeGreaterThan(30);
  expect(words).toEqual([...new Set(words)]);
});

test("every link between the docs leads somewhere", () => {
  for (const name of readdirSync(docs).filter((file) => file.endsWith(".md"))) {
    for (const [, target] of pageOf(name).matchAll(/\]\(([a-z-]+\.md)(?:#[^)]*)?\)/g)) {
      expect(() => pageOf(target ?? ""), `${name} links to ${target}`).not.toThrow();
    }
  }
});

describe("docs/journal.md", () => {
  const page = pageOf("journal.md");

  test("its example is a whole journal with right checksums", () => {
    const read = readRecords(Buffer.from(codeBlock(page, "jsonl")), journalStart);
    expect(read).toMatchObject({ fault: null, tornBytes: 0 });
    expect(read.records.map(({ type }) => type)).toEqual(["attempt.started", "tool.called", finishType]);
  });

  test("it names every file of an attempt folder and no other", () => {
    const named = firstCells(page, "| file | meaning |").map((name) => name.replace(/\/$/, ""));
    expect(named.toSorted()).toEqual(Object.values(attemptFiles).toSorted());
  });

  test("the lines that it shows for the event file are taken as it says", () => {
    const rows = [...page.matchAll(/^\| `(\{"type".*?\})` \| (?:`([a-z.]+)`|an event of your own)/gm)];
    expect(rows.length).toBe(5);
    for (const [, line = "", type] of rows) {
      const read = readEventLine(line);
      expect(read, line).toMatchObject({ ok: true, record: { type: type ?? "x.epoch-done" } });
    }
  });

  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "runledger-docs-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const languages = [
    {
      language: "python",
      command: "python3",
      file: "report.py",
      types: ["run.progressed", "run.progressed", "run.progressed", "x.answers", "score.recorded"],
    },
    {
      language: "sh",
      command: "sh",
      file: "report.sh",
      types: ["step.started", "step.completed", "log.written", "score.recorded"],
    },
    {
      language: "ts",
      command: process.execPath,
      file: "report.ts",
      types: ["run.progressed", "run.progressed", "run.progressed", "run.progressed", "score.recorded"],
    },
  ];
  for (const { language, command, file, types } of languages) {
    test(`its ${language} example runs with ${command.split("/").at(-1)}, is ten lines long, and every line that it writes is taken`, () => {
      const example = codeBlock(page, language);
      expect(example.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(10);
      const program = join(folder, file);
      const events = join(folder, `${language}.jsonl`);
      writeFileSync(program, example);
      // A machine without python3 fails here, and says so: an example that nobody has run is a guess.
      execFileSync(command, [program], { env: { ...process.env, RUNLEDGER_EVENTS: events } });
      const lines = readFileSync(events, "utf8").trimEnd().split("\n").map(readEventLine);
      expect(lines.map((read) => (read.ok ? read.record.type : read.cause))).toEqual(types);
    });
  }
});
