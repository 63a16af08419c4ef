// Reads a live stream as it comes over HTTP: messages with their id, type and data.

export type ServerEvent = {
  /** What goes into Last-Event-ID to come back after this message; null before the first one that has an id. */
  id: string | null;
  type: string;
  data: string;
};

/** Characters of one message, above which the stream is none. */
const messageCharactersMax = 16 * 1024 * 1024;

/** The messages of a stream, until it ends or breaks. Comments and what stands between them are left out. */
export async function* readServerEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = "";
  let id: string | null = null;
  for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > messageCharactersMax) throw new Error("a message of the live stream is too long");
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = Map.groupBy(block.split("\n").map(fieldOf), ([name]) => name);
      id = fields.get("id")?.at(-1)?.[1] ?? id;
      const data = fields.get("data");
      if (data === undefined) continue;
      const type = fields.get("event")?.at(-1)?.[1] ?? "message";
      yield { id, type, data: data.map(([, value]) => value).join("\n") };
    }
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const at = line.indexOf(":");
  return at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
}
