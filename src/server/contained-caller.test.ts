// Who counts as contained: whoever holds the other end of a connection inside a PID namespace, and whoever let go of it
// before anybody looked.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isContained } from "./contained-caller.ts";

let server: Server;
let program: ChildProcess;
const clients: Socket[] = [];
beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-current-user"];
  const argv = [...user, "--pid", "--fork", "--kill-child", "sh", "-c", "echo there; exec sleep 600"];
  program = spawn("unshare", argv, { stdio: ["ignore", "pipe", "inherit"] });
  await once(program.stdout as NonNullable<typeof program.stdout>, "data");
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  const gone = once(program, "exit");
  program.kill("SIGKILL");
  await gone;
  server.close();
  await once(server, "close");
});

/** Both ends of a new connection. */
async function connection(): Promise<{ client: Socket; accepted: Socket }> {
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  clients.push(client);
  const [[accepted]] = await Promise.all([once(server, "connection"), once(client, "connect")]);
  clients.push(accepted);
  return { client, accepted };
}

test("who is outside is no contained program, though one runs", async () => {
  const { accepted } = await connection();
  expect(await isContained(accepted)).toBe(false);
});

test("who asked and was gone at once may have been contained, and counts as such", async () => {
  const { client, accepted } = await connection();
  const asked = once(accepted, "data");
  client.write("DELETE /everything HTTP/1.1\r\n\r\n", () => client.destroy());
  await asked;
  if (!client.closed) await once(client, "close");
  expect(await isContained(accepted)).toBe(true);
});
