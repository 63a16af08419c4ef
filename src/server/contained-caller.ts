// Tells a program that runs contained, and may be one that is being evaluated, from other callers on this machine: its
// end of the connection is held by a process of another PID namespace than the server's own.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { namespaceOf, procReader } from "../protocol/process.ts";

/** Where the other end of a connection is held; unseen: by nobody any more. */
type Sight = (socket: Pick<Socket, "localPort" | "remotePort">) => "inside" | "outside" | "unseen";

const proc = procReader({ readFileSync, readlinkSync, readdirSync });
const looked = new WeakMap<Socket, Promise<boolean>>();

/**
 * Whether the other end of a connection on this machine is inside a namespace below ours. Looked at once a connection.
 * Processes that cannot be seen, such as those of other users, count as outside. Who has let go of it by then does not:
 * a program could ask for a change and be gone before anybody looks.
 */
export function isContained(socket: Socket): Promise<boolean> {
  const known = looked.get(socket) ?? isHeldInside(socket);
  looked.set(socket, known);
  return known;
}

async function isHeldInside(socket: Socket): Promise<boolean> {
  const first = (await nextSight())(socket);
  // The kernel's table can leave out a row while others come and go.
  const place = first === "unseen" ? (await nextSight())(socket) : first;
  return place !== "outside";
}

/** The look that goes on, and the one that begins after it. */
let present: Promise<Sight> | null = null;
let coming: Promise<Sight> | null = null;

/**
 * A look that begins after this call. One takes tens of milliseconds where a program runs contained, since the kernel goes
 * through all of its table of connections; connections that come meanwhile share the next.
 */
function nextSight(): Promise<Sight> {
  if (present === null) return begin();
  coming ??= present.then(begin, begin);
  return coming;
}

function begin(): Promise<Sight> {
  coming = null;
  const sight = look();
  present = sight;
  const end = () => {
    if (present === sight) present = null;
  };
  sight.then(end, end);
  return sight;
}

/** What the table says of a connection that no process has open. */
const heldByNobody = "socket:[0]";

async function look(): Promise<Sight> {
  const own = proc.link("self/ns/pid");
  const inside = own === null ? [] : proc.ids("").filter((pid) => (namespaceOf(pid, proc) ?? own) !== own);
  // Mostly nothing runs contained, and the table of connections need not be read.
  if (inside.length === 0) return () => "outside";
  const rows = (await Promise.all(["tcp", "tcp6"].map(tableOf))).flat();
  // A kernel that tells nothing has no row even for the server's own port.
  if (rows.length === 0) return () => "outside";
  const held = new Set(inside.flatMap((pid) => proc.ids(`${pid}/fd`).map((fd) => proc.link(`${pid}/fd/${fd}`))));
  const seen = new Set(rows.filter(({ socket }) => socket !== heldByNobody).map(({ ports }) => ports));
  const ends = new Set(rows.filter(({ socket }) => held.has(socket)).map(({ ports }) => ports));
  return ({ localPort, remotePort }) => {
    const ports = `${portOf(remotePort)} ${portOf(localPort)}`;
    if (ends.has(ports)) return "inside";
    return seen.has(ports) ? "outside" : "unseen";
  };
}

/** Connections with the ports from end to end, and the socket as links of open files name it. proc_net_tcp(5): sl, local, remote, …, inode. */
async function tableOf(table: string): Promise<{ ports: string; socket: string }[]> {
  const text = await readFile(`/proc/net/${table}`, "latin1").catch(() => "");
  return text.split("\n").flatMap((row) => {
    const columns = row.trim().split(/\s+/);
    const [local, remote] = [columns[1]?.split(":")[1], columns[2]?.split(":")[1]];
    return local === undefined || remote === undefined
      ? []
      : [{ ports: `${local} ${remote}`, socket: `socket:[${columns[9]}]` }];
  });
}

/** A port as the table writes it. */
function portOf(port: number | undefined): string {
  return (port ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
