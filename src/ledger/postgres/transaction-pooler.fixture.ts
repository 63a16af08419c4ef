// A pooler of transactions for tests, as operators put one before PostgreSQL: it lends one of a few server connections to
// a client for the length of a transaction. Whatever a client leaves in a session is lost, or another's; the statements
// that would leave something are kept for the test to see.

import { connect, createServer, type Server, type Socket } from "node:net";
import { Messages, message } from "./wire.fixture.ts";

export type TransactionPooler = AsyncDisposable & {
  /** The URL of the database behind it; `query` goes into it, such as `session=…`. */
  url(query?: string): string;
  /** Statements that leave something in a session, as they came. */
  readonly left: string[];
  /** Transactions that another server connection did than the client's one before. */
  readonly moves: number;
};

/** Which of the free server connections is lent: poolers keep a few busy, or take them in turn, so that clients change often. */
type Lends = "newest" | "oldest";

/** @param of.socket Path of the server's Unix socket. @param of.size Server connections that all clients share. */
export async function startTransactionPooler(of: {
  socket: string;
  database: string;
  size?: number;
  lends?: Lends;
}): Promise<TransactionPooler> {
  const pool = new Pool({ size: 3, lends: "oldest", ...of });
  await pool.fill();
  const listener = createServer({ noDelay: true }, (socket) => new PooledClient(socket, pool));
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    url: (query = "") =>
      `postgres://postgres@127.0.0.1:${portOf(listener)}/${of.database}?sslmode=disable${query && `&${query}`}`,
    left: pool.left,
    get moves() {
      return pool.moves;
    },
    async [Symbol.asyncDispose]() {
      pool.close();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}

type Sink = { take(type: string, bytes: Buffer): void };

/** A connection to the server: its start is done, and it waits for somebody's transaction. */
class PooledServer {
  sink: Sink | null = null;
  readonly ready = Promise.withResolvers<void>();
  readonly #socket: Socket;

  constructor(socket: Socket, database: string) {
    this.#socket = socket;
    const messages = new Messages((type, bytes) => {
      if (type === "Z") this.ready.resolve();
      this.sink?.take(type, bytes);
    });
    socket.on("data", (bytes: Buffer) => messages.push(bytes)).on("error", () => socket.destroy());
    const words = ["user", "postgres", "database", database, ""].map((word) => `${word}\0`).join("");
    const start = Buffer.from(`\0\x03\0\0${words}`, "latin1");
    socket.write(message("", start));
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }
}

class Pool {
  readonly left: string[] = [];
  moves = 0;
  readonly #all = new Set<PooledServer>();
  readonly #clients = new Set<Socket>();
  readonly #free: PooledServer[] = [];
  readonly #waiting: ((server: PooledServer) => void)[] = [];
  readonly #socket: string;
  readonly #database: string;
  readonly #size: number;
  readonly #lends: Lends;

  constructor(of: { socket: string; database: string; size: number; lends: Lends }) {
    this.#socket = of.socket;
    this.#database = of.database;
    this.#size = of.size;
    this.#lends = of.lends;
  }

  async fill(): Promise<void> {
    while (this.#all.size < this.#size) {
      const server = new PooledServer(connect(this.#socket), this.#database);
      this.#all.add(server);
      await server.ready.promise;
      this.give(server);
    }
  }

  add(client: Socket): void {
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
  }

  /** Whoever has waited longest gets it. */
  give(server: PooledServer): void {
    server.sink = null;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(server);
    else next(server);
  }

  take(taker: (server: PooledServer) => void): void {
    const server = this.#lends === "newest" ? this.#free.pop() : this.#free.shift();
    if (server === undefined) this.#waiting.push(taker);
    else taker(server);
  }

  /** A client went in the middle of its transaction: nobody else gets that session. */
  discard(server: PooledServer): void {
    server.close();
    this.#all.delete(server);
    void this.fill();
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
    for (const server of this.#all) server.close();
  }
}

const leaving = /^\s*(SET(?!\s+LOCAL)|LISTEN|PREPARE|DECLARE\s.*WITH HOLD)\b|pg_(try_)?advisory_lock(_shared)?\(/i;

class PooledClient implements Sink {
  readonly #socket: Socket;
  readonly #pool: Pool;
  readonly #unsent: Buffer[] = [];
  #server: PooledServer | null = null;
  #before: PooledServer | null = null;
  #isAsking = false;
  /** Answers that end with a ReadyForQuery and are still to come. */
  #owed = 0;
  #isGone = false;

  constructor(socket: Socket, pool: Pool) {
    this.#socket = socket;
    this.#pool = pool;
    pool.add(socket);
    const messages = new Messages((type, bytes) => this.#ask(type, bytes), { hasStart: true });
    socket.on("data", (bytes: Buffer) => messages.push(bytes)).on("error", () => socket.destroy());
    socket.on("close", () => this.#leave());
  }

  /** What the server answers. */
  take(type: string, bytes: Buffer): void {
    this.#socket.write(bytes);
    if (type !== "Z") return;
    this.#owed -= 1;
    if (this.#owed > 0 || bytes.at(-1) !== 0x49 || this.#server === null) return;
    this.#pool.give(this.#server);
    this.#server = null;
  }

  #ask(type: string, bytes: Buffer): void {
    if (type === "") this.#start();
    else if (type === "X") this.#socket.end();
    else {
      this.#note(type, bytes);
      this.#unsent.push(bytes);
      // Whole requests only: what belongs together is not divided between two sessions.
      if (type === "Q" || type === "S") this.#flush();
    }
  }

  /** Tells of a process that there is not: a client that wants to cancel has to ask the pooler. */
  #start(): void {
    const numbers = Buffer.alloc(8);
    numbers.writeInt32BE(1_000_000_000 + Math.floor(Math.random() * 1_000_000));
    const done = message("R", Buffer.alloc(4));
    const encoding = message("S", Buffer.from("client_encoding\0UTF8\0"));
    this.#socket.write(Buffer.concat([done, encoding, message("K", numbers), message("Z", Buffer.from("I"))]));
  }

  #flush(): void {
    this.#owed += 1;
    if (this.#server !== null) this.#send(this.#server);
    else if (!this.#isAsking) this.#borrow();
  }

  #borrow(): void {
    this.#isAsking = true;
    this.#pool.take((server) => {
      this.#isAsking = false;
      if (this.#isGone) return this.#pool.give(server);
      if (this.#before !== null && this.#before !== server) this.#pool.moves += 1;
      this.#before = server;
      this.#server = server;
      server.sink = this;
      this.#send(server);
    });
  }

  #send(server: PooledServer): void {
    for (const bytes of this.#unsent.splice(0)) server.send(bytes);
  }

  #leave(): void {
    this.#isGone = true;
    if (this.#server !== null) this.#pool.discard(this.#server);
  }

  #note(type: string, bytes: Buffer): void {
    if (type !== "Q" && type !== "P") return;
    const [first = "", second = ""] = bytes.subarray(5).toString("utf8").split("\0");
    if (type === "P" && first !== "") this.#pool.left.push(`named ${first}: ${second}`);
    for (const text of (type === "P" ? second : first).split(";")) {
      if (leaving.test(text)) this.#pool.left.push(text.trim());
    }
  }
}

function portOf(listener: Server): number {
  const address = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
