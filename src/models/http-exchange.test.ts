// Against servers on this machine; those that break off are plain sockets, since no HTTP server does it by itself.

import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { createGzip, gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { httpExchange } from "./http-exchange.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function addressOf(server: Server): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`);
}

async function serve(listener: RequestListener): Promise<{ url: URL; connections: () => number }> {
  const server = createHttpServer(listener);
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: await addressOf(server), connections: () => connections };
}

/** A server that answers each connection's first bytes with these, and hangs up. */
async function serveBytes(text: string): Promise<URL> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(text));
  });
  closers.push(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return addressOf(server);
}

const limit = { bytesMax: 1_000_000, error: () => new Error("too long") };
const exchange = httpExchange(limit);
const post = { method: "POST", headers: { authorization: "Bearer k" }, body: "grüße" };

test("a request arrives as it was given, and its answer as it was sent; the next one uses the same connection", async () => {
  const { url, connections } = await serve((request, response) => {
    request.setEncoding("utf8").once("data", (body) => {
      response.writeHead(201, { "x-said": `${request.method} ${request.headers.authorization} ${body.length}` });
      response.end(`${body} ${request.headers["content-length"]}`);
    });
  });
  for (const headers of [post.headers, new Headers(post.headers)]) {
    const response = await exchange(url, { ...post, headers });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-said")).toBe("POST Bearer k 5");
    expect(await response.text()).toBe("grüße 7");
  }
  expect(connections()).toBe(1);
});

test("what comes is there when it comes", async () => {
  const seen = Promise.withResolvers<void>();
  const { url } = await serve(async (_, response) => {
    response.write("first");
    await seen.promise;
    response.end("last");
  });
  const { body } = await exchange(url, post);
  const parts: string[] = [];
  for await (const part of body ?? []) {
    parts.push(Buffer.from(part).toString());
    seen.resolve();
  }
  expect(parts).toEqual(["first", "last"]);
});

test("an answer that was compressed unasked is readable all the same", async () => {
  const { url } = await serve((request, response) => {
    expect(request.headers["accept-encoding"]).toBe("identity");
    response.writeHead(200, { "content-encoding": "gzip" });
    response.end(gzipSync("plain"));
  });
  expect(await (await exchange(url, post)).text()).toBe("plain");
});

test.each(["is left", "is too long"])(
  "an answer that was compressed unasked and %s holds no connection",
  async (why) => {
    const gone = Promise.withResolvers<void>();
    const { url } = await serve((_, response) => {
      response.once("close", gone.resolve).writeHead(200, { "content-encoding": "gzip" });
      const zip = createGzip();
      zip.pipe(response);
      zip.write("x".repeat(2_000));
      // It never ends by itself.
      zip.flush();
    });
    const bytesMax = why === "is left" ? 10_000 : 1_000;
    const { body } = await httpExchange({ ...limit, bytesMax })(url, post);
    const reader = body?.getReader();
    if (why === "is left") await reader?.read().then(() => reader.cancel());
    else await expect(reader?.read()).rejects.toThrow("too long");
    await gone.promise;
  },
);

test("an answer without a body has none", async () => {
  const { url } = await serve((_, response) => response.writeHead(204).end());
  expect(await exchange(url, post)).toMatchObject({ status: 204, body: null });
});

test("a longer answer than the limit ends in its error, and the connection with it", async () => {
  const { url } = await serve((_, response) => response.end("x".repeat(2_000)));
  const response = await httpExchange({ bytesMax: 1_000, error: (status) => new Error(`too long: ${status}`) })(
    url,
    post,
  );
  await expect(response.text()).rejects.toThrow("too long: 200");
});

test("an answer that is not read to its end is left, whatever else comes of it", async () => {
  const { url } = await serve(async (_, response) => {
    const isGone = once(response, "close");
    response.write("first");
    const more = setInterval(() => response.write("more"), 1);
    await isGone;
    clearInterval(more);
    left.resolve();
  });
  const left = Promise.withResolvers<void>();
  const reader = (await exchange(url, post)).body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain("first");
  await reader?.cancel();
  await left.promise;
});

test("a signal ends the request while it waits for an answer, and while it reads one", async () => {
  const { url } = await serve((request, response) => {
    if (request.url === "/begins") response.write("begin");
  });
  const why = new Error("nobody waits any more");
  const silent = new AbortController();
  const waiting = exchange(url, { ...post, signal: silent.signal });
  silent.abort(why);
  await expect(waiting).rejects.toBe(why);
  const stop = new AbortController();
  const begun = await exchange(new URL("/begins", url), { ...post, signal: stop.signal });
  stop.abort(why);
  await expect(begun.text()).rejects.toThrow();
  await expect(exchange(url, { ...post, signal: stop.signal })).rejects.toBe(why);
});

test.each([
  ["nothing", "", "ECONNRESET"],
  ["another protocol", "HTTP/1.1 101 Other\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n", "ECONNRESET"],
  ["no HTTP", "this is no HTTP\r\n\r\n", "HPE_INVALID_CONSTANT"],
])("a server that answers with %s is told by the system's code", async (_, text, code) => {
  await expect(exchange(await serveBytes(text), post)).rejects.toMatchObject({ code });
});

test("a status that no answer may have is an error", async () => {
  await expect(exchange(await serveBytes("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), post)).rejects.toThrow(
    RangeError,
  );
});

test("an answer that breaks off is an error, not a short answer", async () => {
  const cut = await serveBytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  await expect((await exchange(cut, post)).text()).rejects.toMatchObject({ code: "ECONNRESET" });
  const chunked = await serveBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
  await expect((await exchange(chunked, post)).text()).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("a connection that nobody takes is refused by the system's code", async () => {
  const server = createServer();
  const url = await addressOf(server);
  await new Promise((resolve) => server.close(resolve));
  await expect(exchange(url, post)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
