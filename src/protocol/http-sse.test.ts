import { expect, test } from "vitest";
import { readServerEvents, type ServerEvent } from "./http-sse.ts";

/** The messages of a text that arrives in pieces of so many bytes. */
async function read(text: string, pieceBytes: number): Promise<ServerEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += pieceBytes) controller.enqueue(bytes.subarray(at, at + pieceBytes));
      controller.close();
    },
  });
  const messages: ServerEvent[] = [];
  for await (const message of readServerEvents(body)) messages.push(message);
  return messages;
}

const stream = `retry: 1000

: heartbeat

event: open
id: a.1
data: {"cursor":"a.1"}

data: grüße
data: and more

id:a.3
data:tight

event: end
data

id: a.4
data: cut off`;

test("messages come whole however the bytes are cut: with the last id, their type, and all lines of data", async () => {
  const expected = [
    { id: "a.1", type: "open", data: '{"cursor":"a.1"}' },
    { id: "a.1", type: "message", data: "grüße\nand more" },
    { id: "a.3", type: "message", data: "tight" },
    { id: "a.3", type: "end", data: "" },
  ];
  for (const pieceBytes of [1, 2, 7, 10_000]) expect(await read(stream, pieceBytes)).toEqual(expected);
});
