// Tells a program that runs contained, and may be one that is being evaluated, from other callers on this machine: its
// end of the connection is held by a process of another PID namespace than the server's own.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Socket } from "node:net";
import { namespaceOf, procReader } from "../protocol/process.ts";

const proc = procReader({ readFileSync, readlinkSync, readdirSync });
const looked = new WeakMap<Socket, boolean>();

/**
 * Whether the other end of a connection on this machine is inside a namespace below ours. Looked at once a connection.
 * What cannot be seen, such as processes of other users, counts as outside.
 */
export function isContained(socket: Socket): boolean {
  const known = looked.get(socket);
  if (known !== undefined) return known;
  const isInside = look(socket);
  looked.set(socket, isInside);
  return isInside;
}

function look({ localPort, remotePort }: Socket): boolean {
  const own = proc.link("self/ns/pid");
  if (own === null || localPort === undefined || remotePort === undefined) return false;
  const inside = proc.ids("").filter((pid) => (namespaceOf(pid, proc) ?? own) !== own);
  // Mostly nothing runs contained, and the table of connections, which may be long, need not be read.
  if (inside.length === 0) return false;
  const ends = socketsBetween(remotePort, localPort);
  return inside.some((pid) => proc.ids(`${pid}/fd`).some((fd) => ends.has(proc.link(`${pid}/fd/${fd}`) ?? "")));
}

/** The sockets from one port to another, as links of open files name them. proc_net_tcp: local, remote, …, inode. */
function socketsBetween(fromPort: number, toPort: number): Set<string> {
  const [from, to] = [fromPort, toPort].map((port) => `:${port.toString(16).toUpperCase().padStart(4, "0")}`);
  const rows = ["net/tcp", "net/tcp6"].flatMap((table) => (proc.text(table) ?? "").split("\n"));
  const ends = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local, remote]) => local?.endsWith(from ?? "") && remote?.endsWith(to ?? ""));
  return new Set(ends.map((columns) => `socket:[${columns[9]}]`));
}
