// Two ports side by side, with real servers.

import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { listenOnTwo } from "./rpc-server.ts";

const made: Server[] = [];

afterEach(() => {
  for (const server of made.splice(0)) server.close();
});

test("the first server does not go on listening when the second fails by more than a port that is taken", async () => {
  const make = (): Server => {
    const server = createServer();
    // One that listens already cannot be told to listen again, whatever the port. A name of the kernel's needs no file.
    if (made.length > 0) server.listen(`\0${randomUUID()}`);
    made.push(server);
    return server;
  };
  await expect(listenOnTwo(make)).rejects.toMatchObject({ code: "ERR_SERVER_ALREADY_LISTEN" });
  expect(made.map(({ listening }) => listening)).toEqual([false, true]);
});
