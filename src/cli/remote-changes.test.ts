import { getEventListeners, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createClient } from "../protocol/http-client.ts";
import { RemoteChanges } from "./remote-changes.ts";

test("a wait for changes leaves nothing behind at the signal that might have ended it", async () => {
  // A stream on which nothing ever happens.
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const changes = new RemoteChanges(createClient({ url: `http://127.0.0.1:${port}` }));
  try {
    const { signal } = new AbortController();
    for (let waits = 0; waits < 100; waits += 1) await changes.wait({ since: changes.mark, timeoutMs: 0, signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  } finally {
    await changes.close();
    server.closeAllConnections();
    server.close();
  }
});
