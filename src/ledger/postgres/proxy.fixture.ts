// A proxy between a ledger and its server, for connections that do not end as they should: answers that get lost, and
// silence in both directions while the connection stands.

import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

export type Proxy = {
  /** The URL of a database behind the proxy. */
  url: string;
  /** From when a client sends this text on, it gets no more answers; the server gets what it sends. */
  loseAnswersAfter(text: string): void;
  /** Resolves when an answer was lost. */
  lost: Promise<void>;
  /** Ends all connections, and lets the ones after them through. */
  cut(): void;
  /** Holds everything back in both directions, new connections too, or lets it go on. */
  hold(isHeld: boolean): void;
  close(): Promise<void>;
};

/** @param of.socket Path of the server's Unix socket. */
export async function startProxy(of: { socket: string; database: string }): Promise<Proxy> {
  const pairs = new Set<{ client: Socket; server: Socket }>();
  const lost = Promise.withResolvers<void>();
  let marker: string | null = null;
  let isHeld = false;
  const listener = createServer((client) => {
    const server = connect(of.socket);
    const pair = { client, server };
    pairs.add(pair);
    let isLosing = false;
    if (isHeld) for (const socket of [client, server]) socket.pause();
    client.on("data", (bytes) => {
      if (marker !== null && bytes.includes(marker)) isLosing = true;
      server.write(bytes);
    });
    server.on("data", (bytes) => {
      if (isLosing) lost.resolve();
      else client.write(bytes);
    });
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
  });
  await listening(listener);
  const { port } = listener.address() as AddressInfo;
  const cut = () => {
    marker = null;
    for (const { client, server } of pairs) for (const socket of [client, server]) socket.destroy();
  };
  return {
    url: `postgres://postgres@127.0.0.1:${port}/${of.database}?sslmode=disable`,
    loseAnswersAfter(text) {
      marker = text;
    },
    lost: lost.promise,
    cut,
    hold(hold) {
      isHeld = hold;
      for (const { client, server } of pairs) {
        for (const socket of [client, server]) hold ? socket.pause() : socket.resume();
      }
    },
    async close() {
      cut();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function listening(listener: Server): Promise<void> {
  return new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
}
