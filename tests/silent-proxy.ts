// A TCP proxy in front of a socket that can go silent: connections stay open on both sides, and nothing passes.

import { connect, createServer, type Server, type Socket } from "node:net";

export type SilentProxy = AsyncDisposable & {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Lets nothing pass, in neither direction, and tells nobody; resolves when it passes again. */
  cutFor(ms: number): Promise<void>;
  restore(): void;
};

/** Stands before the Unix socket at `path`. */
export async function startSilentProxy(path: string): Promise<SilentProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let isCut = false;
  const server: Server = createServer((client) => {
    const target = connect(path);
    const pair: [Socket, Socket] = [client, target];
    pairs.add(pair);
    for (const [from, to] of [pair, [target, client]] as [Socket, Socket][]) {
      from.on("error", () => undefined);
      from.on("data", (bytes) => to.write(bytes));
      // While it is cut an end is no news either; afterwards it is passed on.
      from.on("close", () => {
        if (!isCut) to.destroy();
        if (from.destroyed && to.destroyed) pairs.delete(pair);
      });
    }
    if (isCut) for (const socket of pair) socket.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const restore = (): void => {
    isCut = false;
    for (const [client, target] of pairs) {
      if (client.destroyed || target.destroyed) for (const socket of [client, target]) socket.destroy();
      else for (const socket of [client, target]) socket.resume();
    }
  };
  return {
    port,
    async cutFor(ms) {
      isCut = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
      await new Promise((resolve) => setTimeout(resolve, ms));
      restore();
    },
    restore,
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
