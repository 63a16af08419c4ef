// Rows in the server's binary form, read back by a real server.

import { afterAll, beforeAll, expect, it } from "vitest";
import { columnsOf } from "./column-arrays.ts";
import { Connection } from "./connection.ts";
import { readPostgresUrl } from "./postgres-url.ts";
import { type RealPostgres, startMsMax, startPostgres } from "./real-postgres.fixture.ts";

type Row = { whole: number | null; words: string | null };

const columns = columnsOf<Row>({ whole: "bigint", words: "text" });

let postgres: RealPostgres;
let connection: Connection;

beforeAll(async () => {
  postgres = await startPostgres();
  connection = await Connection.open(readPostgresUrl((await postgres.newDatabase("empty")).url, {}));
}, startMsMax);

afterAll(async () => {
  await connection?.close();
  await postgres?.close();
});

function readBack(rows: readonly Row[]): Promise<Row[]> {
  return connection.rows<Row>(`SELECT ${columns.names} FROM ${columns.from}`, columns.values(rows));
}

it("whole numbers of every size and sign come back as they were", async () => {
  const numbers = [0, 1, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 31), -(2 ** 32), -(2 ** 32) - 1];
  const rows = [...numbers, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER].map((whole) => ({ whole, words: "" }));
  expect(await readBack(rows)).toEqual(rows);
});

it("texts come back as they were, whatever characters they hold and however long they are", async () => {
  const texts = ["", "NULL", "{}", '"a","b\\"', "ä€😀", "\u0001\n\t", `{"a":"${"ü".repeat(100_000)}"}`];
  const rows = texts.map((words, whole) => ({ whole, words }));
  expect(await readBack(rows)).toEqual(rows);
});

it("what is null stays null, beside what is not", async () => {
  const rows = [
    { whole: null, words: "a" },
    { whole: 7, words: null },
    { whole: null, words: null },
  ];
  expect(await readBack(rows)).toEqual(rows);
});

it("of a hundred thousand rows none is lost and each stays whole", async () => {
  const rows = Array.from({ length: 100_000 }, (_, whole) => ({ whole, words: whole % 3 === 0 ? null : `${whole}` }));
  expect(await readBack(rows)).toEqual(rows);
});
