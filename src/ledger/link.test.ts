// The canonical text under the links: it may never change, or every old ledger would look damaged.

import { describe, expect, it } from "vitest";
import { firstLink, type LinkedEvent, linkText, nextLink } from "./link.ts";

const event: LinkedEvent = {
  seq: 3,
  attempt: 1,
  v: 1,
  type: "run.progressed",
  atMs: 1_767_225_600_123,
  actor: 'w,"1"',
  n: 2,
  end: 210,
  crc: "0a1b2c3d",
  dataText: '{"phase":"acting"}',
};

describe("a hash link", () => {
  it("covers this text, to the byte", () => {
    const text = '3,1,1,run.progressed,1767225600123,"w,\\"1\\"",2,210,0a1b2c3d,{"phase":"acting"}\n';
    expect(linkText(event)).toBe(text);
    expect(linkText({ ...event, attempt: null, n: null, end: null, crc: null, actor: "a" })).toBe(
      '3,null,1,run.progressed,1767225600123,"a",null,null,null,{"phase":"acting"}\n',
    );
    expect(nextLink(firstLink("r"), text)).toBe("bc68b2f32fe239a95bd666037011a626add75cd3f8cb3c7d351ca3291e1b09d8");
  });

  it("changes with every field that it covers, and with the link before", () => {
    const other: LinkedEvent[] = [
      { ...event, seq: 4 },
      { ...event, attempt: 2 },
      { ...event, v: 2 },
      { ...event, type: "x.y" },
      { ...event, atMs: 0 },
      { ...event, actor: "b" },
      { ...event, n: 3 },
      { ...event, end: 211 },
      { ...event, crc: "00000000" },
      { ...event, dataText: '{"phase":"actinG"}' },
    ];
    const links = [event, ...other].map((of) => nextLink(firstLink("r"), linkText(of)));
    links.push(nextLink(firstLink("s"), linkText(event)));
    expect(new Set(links).size).toBe(links.length);
  });
});
