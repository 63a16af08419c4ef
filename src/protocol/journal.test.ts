import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRecord, isTornTail, journalStart, readRecords } from "./journal.ts";

const at = "2026-11-22T10:00:00.123Z";

function journalOf(datas: Record<string, unknown>[]): Buffer {
  let crc = journalStart.crc;
  const lines = datas.map((data, index) => {
    const record = encodeRecord({ n: index + 1, at, type: "x.t", dataText: JSON.stringify(data), previousCrc: crc });
    crc = record.crc;
    return record.line;
  });
  return Buffer.from(lines.join(""));
}

const anyData = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.constant('","crc":"')),
);

describe("a journal", () => {
  it("gives back what was written, in one read or in many", () => {
    fc.assert(
      fc.property(fc.array(anyData, { maxLength: 8 }), fc.nat(), (datas, seed) => {
        const bytes = journalOf(datas);
        const whole = readRecords(bytes, journalStart);
        expect(whole.fault).toBeNull();
        expect(whole.records.map(({ dataText }) => dataText)).toEqual(datas.map((data) => JSON.stringify(data)));
        expect(whole.cursor.offset).toBe(bytes.length);
        const first = readRecords(bytes.subarray(0, seed % (bytes.length + 1)), journalStart);
        const rest = readRecords(bytes.subarray(first.cursor.offset), first.cursor);
        expect([...first.records, ...rest.records]).toEqual(whole.records);
      }),
    );
  });

  it("cut at any byte keeps every whole line and reports the rest as torn", () => {
    const bytes = journalOf([{ a: 1 }, { text: "zwölf €" }, { c: [true] }]);
    const ends = readRecords(bytes, journalStart).records.map(({ end }) => end);
    for (let length = 0; length <= bytes.length; length += 1) {
      const read = readRecords(bytes.subarray(0, length), journalStart);
      expect(read.fault).toBeNull();
      expect(read.records).toHaveLength(ends.filter((end) => end <= length).length);
      expect(read.cursor.offset + read.tornBytes).toBe(length);
    }
  });

  it("shows every changed byte of a whole line", () => {
    const bytes = journalOf([{ a: 1 }, { b: 2 }]);
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      const read = readRecords(changed, journalStart);
      // A damaged last newline looks like a torn line; every other change is a fault.
      const isLastNewline = index === bytes.length - 1;
      expect(read.fault === null).toBe(isLastNewline);
      expect(read.records.length).toBeLessThan(2);
    }
  });

  it("shows a line that was left out, doubled, or put in place of another", () => {
    const lines = journalOf([{ a: 1 }, { b: 2 }, { c: 3 }])
      .toString()
      .split("\n");
    const fault = (...order: number[]) =>
      readRecords(Buffer.from(order.map((index) => `${lines[index]}\n`).join("")), journalStart).fault;
    expect(fault(0, 1, 2)).toBeNull();
    expect(fault(0, 2)).toContain("number 3");
    expect(fault(0, 1, 1)).toContain("number 2");
    expect(fault(1)).toContain("number 2");
    const other = journalOf([{ a: 9 }, { b: 2 }, { c: 3 }])
      .toString()
      .split("\n");
    expect(readRecords(Buffer.from(`${lines[0]}\n${other[1]}\n`), journalStart).fault).toContain("checksum");
  });

  it("takes no line that is longer than any record", () => {
    expect(readRecords(Buffer.alloc(600 * 1024, 0x20), journalStart).fault).toContain("longer");
  });
});

describe("a tail after death", () => {
  it("is torn if it has no newline or is all NUL, and damage otherwise", () => {
    expect(isTornTail(Buffer.from('{"v":1,"n":'))).toBe(true);
    expect(isTornTail(Buffer.alloc(64))).toBe(true);
    expect(isTornTail(Buffer.from("garbage\n"))).toBe(false);
  });
});
