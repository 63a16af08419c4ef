// One request over Node's HTTP client, answered as `fetch` answers. Beside a model's own time a turn is mostly what the
// client costs, and a process of one conversation never gets `fetch` warm: it takes three times as much of the processor.

import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, Agent as SecureAgent } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createUnzip } from "node:zlib";

/** How long a connection may take to be made, milliseconds. */
const connectMsMax = 10_000;
/** How long a connection that nobody uses is kept where the server does not say, milliseconds. */
const idleMsMax = 4_000;
/** Statuses whose answers have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

export type HttpExchange = (url: URL, init: RequestInit) => Promise<Response>;

/** How long an answer may be, bytes, and the error that its body ends in above that. */
export type AnswerLimit = { bytesMax: number; error: (status: number) => Error };

/**
 * Sends requests on connections of its own. Redirects are not followed; there is no time limit once there is a
 * connection, that is the signal's business.
 * @returns A function that rejects with the system's error, or the signal's reason.
 */
export function httpExchange(limit: AnswerLimit): HttpExchange {
  const options = { keepAlive: true, timeout: idleMsMax };
  const agents = { http: new Agent(options), https: new SecureAgent(options) };
  return (url, { method = "GET", headers, body, signal }) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const text = textOf(body);
      const sent = { ...headersOf(headers), "accept-encoding": "identity" };
      const isSecure = url.protocol === "https:";
      const request = isSecure
        ? httpsRequest(url, { method, headers: sent, agent: agents.https })
        : httpRequest(url, { method, headers: sent, agent: agents.http });
      const onAbort = () => request.destroy(signal?.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      let isAnswered = false;
      request.once("close", () => {
        signal?.removeEventListener("abort", onAbort);
        // Of an answer that changes the protocol, which nobody asked for, nothing else comes.
        if (!isAnswered) reject(Object.assign(new Error("closed without an answer"), { code: "ECONNRESET" }));
      });
      request.on("error", reject);
      request.once("response", (incoming) => {
        isAnswered = true;
        try {
          resolve(responseOf(incoming, limit));
        } catch (error) {
          // A status that no answer may have.
          request.destroy();
          reject(error);
        }
      });
      limitConnecting(request, isSecure ? "secureConnect" : "connect");
      request.end(text);
    });
}

/** @param connected What a socket says when it can be written to. */
function limitConnecting(request: ClientRequest, connected: "connect" | "secureConnect"): void {
  request.once("socket", (socket) => {
    if (!socket.connecting) return;
    const late = Object.assign(new Error(`no connection within ${connectMsMax / 1000} s`), { code: "ETIMEDOUT" });
    const timer = setTimeout(() => request.destroy(late), connectMsMax);
    const stop = () => clearTimeout(timer);
    socket.once(connected, stop);
    request.once("close", stop);
  });
}

/** The packages of providers send texts, and nothing else comes this way. */
function textOf(body: RequestInit["body"]): string | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string") return body;
  throw new TypeError("a request to a model has a body that is no text");
}

function headersOf(headers: RequestInit["headers"]): Record<string, string> {
  if (headers === undefined) return {};
  const isPlain = !(headers instanceof Headers) && !Array.isArray(headers);
  return isPlain ? { ...(headers as Record<string, string>) } : Object.fromEntries(new Headers(headers));
}

function responseOf(incoming: IncomingMessage, limit: AnswerLimit): Response {
  const { statusCode: status = 0, statusMessage: statusText = "" } = incoming;
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    pairs.push([incoming.rawHeaders[index] ?? "", incoming.rawHeaders[index + 1] ?? ""]);
  }
  if (bodiless.has(status)) {
    incoming.resume();
    return new Response(null, { status, statusText, headers: pairs });
  }
  return new Response(streamOf(plainBody(incoming), { ...limit, status }), { status, statusText, headers: pairs });
}

/** Some servers compress whatever they are asked for. */
function plainBody(incoming: IncomingMessage): Readable {
  const encoding = incoming.headers["content-encoding"];
  if (encoding !== "gzip" && encoding !== "deflate") return incoming;
  // Whichever ends before its time ends the other: who reads no further leaves the connection, too. It shows in `plain`.
  return pipeline(incoming, createUnzip(), () => undefined);
}

function streamOf(
  body: Readable,
  { bytesMax, error, status }: AnswerLimit & { status: number },
): ReadableStream<Uint8Array> {
  let bytes = 0;
  // Of an answer that nobody reads on, or that was too long, some may still come.
  let isOver = false;
  return new ReadableStream({
    start(controller) {
      body.on("data", (chunk: Uint8Array) => {
        if (isOver) return;
        bytes += chunk.length;
        if (bytes > bytesMax) {
          isOver = true;
          controller.error(error(status));
          body.destroy();
          return;
        }
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) body.pause();
      });
      body.once("end", () => {
        if (!isOver) controller.close();
        isOver = true;
      });
      body.on("error", (failure) => {
        if (!isOver) controller.error(failure);
        isOver = true;
      });
    },
    pull() {
      body.resume();
    },
    cancel() {
      isOver = true;
      body.destroy();
    },
  });
}
