// Reads a live stream as a browser does: messages with their last id, type and data, until it ends or is left.

export type Message = { id: string | null; type: string; data: string };

export type Reader = AsyncDisposable & {
  /** The next message; null when the stream has ended. */
  next(): Promise<Message | null>;
  /** Messages up to and with the first that fits, or to the end of the stream. */
  until(fits: (message: Message) => boolean): Promise<Message[]>;
  headers: Headers;
};

/** Opens the stream; it is left when the reader is disposed of. */
export async function readStream(url: string, headers: Record<string, string> = {}): Promise<Reader> {
  const stop = new AbortController();
  const response = await fetch(url, { headers: { accept: "text/event-stream", ...headers }, signal: stop.signal });
  if (response.status !== 200 || response.body === null) throw new Error(`${response.status} ${await response.text()}`);
  // Read from at once: a body that nobody holds is cancelled when its response is collected.
  const messages = messagesOf(response.body.pipeThrough(new TextDecoderStream() as never));
  const next = async (): Promise<Message | null> => {
    const { value, done } = await messages.next();
    return done ? null : value;
  };
  return {
    next,
    headers: response.headers,
    async until(fits) {
      const read: Message[] = [];
      for (let message = await next(); message !== null; message = await next()) {
        read.push(message);
        if (fits(message)) break;
      }
      return read;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
    },
  };
}

async function* messagesOf(texts: ReadableStream<string>): AsyncGenerator<Message> {
  let text = "";
  let id: string | null = null;
  try {
    for await (const chunk of texts as unknown as AsyncIterable<string>) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        if (lines.some((line) => line.startsWith("id:"))) id = field("id") || null;
        const data = field("data");
        if (data !== undefined) yield { id, type: field("event") ?? "message", data };
      }
    }
  } catch (error) {
    // A server that stops cuts its streams; a reader that is disposed of leaves its own.
    if (!["AbortError", "TypeError"].includes((error as Error).name)) throw error;
  }
}
