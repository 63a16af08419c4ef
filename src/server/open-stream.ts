// Whether a request wants a live stream, from where it goes on, and its beginning.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "./auth.ts";
import { SseOutput } from "./sse-output.ts";
import type { Streams } from "./streams.ts";

/** A HEAD has no body, and a stream is nothing else: it gets the head of the page. */
export function wantsStream({ headers, method }: Pick<IncomingMessage, "headers" | "method">): boolean {
  return method !== "HEAD" && (headers.accept ?? "").toLowerCase().includes("text/event-stream");
}

/** The id of the last message that the client received, which goes before what its URL says. */
export function lastEventId({ headers }: IncomingMessage): string | null {
  const id = headers["last-event-id"];
  return typeof id === "string" && id !== "" ? id : null;
}

/** Sends the head of a live stream. @throws RunledgerError `request.too-many` */
export function openStream(
  { outgoing, caller }: { outgoing: ServerResponse; caller: Caller },
  streams: Streams,
): SseOutput {
  streams.refuseTooMany();
  const output = new SseOutput(outgoing, { "x-content-type-options": "nosniff" });
  streams.add(output, caller);
  return output;
}
