// Bytes of a live stream as its messages.

export type SseMessage = { id: string | null; type: string; data: string };

/** Messages of a stream as they come; `onBytes` is called for each piece, heartbeats too. */
export async function* sseMessages(body: ReadableStream<Uint8Array>, onBytes: () => void): AsyncGenerator<SseMessage> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      onBytes();
      text += decoder.decode(value, { stream: true });
      let begin = 0;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n", begin)) {
        const message = messageOf(text.slice(begin, end));
        begin = end + 2;
        if (message !== null) yield message;
      }
      text = text.slice(begin);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** One block of lines; null for what holds no data: comments and the time to come back. */
function messageOf(block: string): SseMessage | null {
  const message = { id: null as string | null, type: "message", data: null as string | null };
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^([a-z]+): ?(.*)$/s.exec(line) ?? [];
    if (name === "id") message.id = value;
    else if (name === "event") message.type = value;
    else if (name === "data") message.data = message.data === null ? value : `${message.data}\n${value}`;
  }
  return message.data === null ? null : { ...message, data: message.data };
}
