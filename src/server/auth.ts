// Who may ask what. On loopback other programs need no token, and get no ground truth; pages are recognized by a session
// that a one-time link gives; every other address demands a token. Host and Origin are checked for all of them.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { RunledgerError } from "../core/errors.ts";
import type { RouteSpec } from "../protocol/http-route.ts";
import { isContained } from "./contained-caller.ts";

/** What the holder of a token may. `write` includes `read`. */
export type Scope = "read" | "write";
export type Token = { id: string; scope: Scope; endsMs: number | null };
/** Finds the token by its text; null if there is none, and throws if it is in force no more. */
export type FindToken = (text: string) => Promise<Token | null>;

/** `local`: a program on this machine that has shown nothing, and may be one that is being evaluated. */
export type Caller = {
  kind: "local" | "session" | "token";
  scope: Scope;
  name: string;
  /** Whether it is told ground truth and solutions. */
  mayKnowTruth: boolean;
  /** When it may no more, Unix milliseconds; null: it has no end. Live streams end then, too. */
  endsMs: number | null;
};

/** Guards that a test can switch off, one at a time, to show that the attack works without it. */
export type GuardName =
  | "host"
  | "origin"
  | "token"
  | "scope"
  | "bodySize"
  | "bodyTime"
  | "headerSize"
  | "secrecy"
  | "containment";

export type AuthOptions = {
  /** The address that the server was told to listen on. */
  host: string;
  /** Whether programs on this machine need a token, too. */
  isTokenRequired: boolean;
  port: () => number;
  findToken: FindToken;
  isOn: (guard: GuardName) => boolean;
  nowMs: () => number;
};

const sessionMs = 12 * 3_600_000;
const linkMs = 10 * 60_000;
/** Sessions at once; the oldest goes. */
const sessionsMax = 100;
const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

export class Auth {
  readonly #of: AuthOptions;
  /** Hash of the cookie's value to when it ends. */
  readonly #sessions = new Map<string, number>();
  #link: { hash: string; endsMs: number } | null = null;

  constructor(of: AuthOptions) {
    this.#of = of;
  }

  /** Refuses requests that name another host, or come from a page of another origin. */
  checkOrigin({ headers, method = "GET" }: Pick<IncomingMessage, "headers" | "method">): void {
    const { isOn } = this.#of;
    const host = headers.host ?? "";
    if (isOn("host") && !this.#isOwnHost(host)) {
      throw new RunledgerError("request.foreign-host", `the server is not ${JSON.stringify(host.slice(0, 200))}`);
    }
    if (!isOn("origin")) return;
    const { origin } = headers;
    const isChange = method !== "GET" && method !== "HEAD";
    const site = headers["sec-fetch-site"];
    const isForeign =
      origin === undefined
        ? isChange && (site === "cross-site" || site === "same-site")
        : origin !== `http://${host}` && origin !== `https://${host}`;
    if (isForeign) {
      throw new RunledgerError("request.foreign-origin", `a page of ${JSON.stringify(origin ?? site)} sent it`);
    }
  }

  /** Who asks, if it may. @throws RunledgerError `request.no-token`, `request.no-scope`, `request.contained`, `request.foreign-origin` */
  async admit(
    incoming: IncomingMessage,
    route: Pick<RouteSpec, "scope" | "method" | "isForPrograms">,
  ): Promise<Caller> {
    const { isOn, host } = this.#of;
    const caller = (await this.#byToken(incoming)) ?? this.#bySession(incoming) ?? this.#byPlace(route);
    if (caller === null) {
      if (route.scope === "open" || !isOn("token")) return this.#local();
      throw new RunledgerError("request.no-token", `on ${host} every caller needs a token`);
    }
    const isForAll = route.scope === "open" || route.isForPrograms === true;
    if (caller.kind === "local" && !isForAll && isOn("containment") && (await isContained(incoming.socket))) {
      // What the API tells of earlier runs would be the solution to a program that is evaluated.
      throw new RunledgerError("request.contained", "a program that runs contained needs a token");
    }
    if (route.scope === "write" && caller.scope !== "write" && isOn("scope")) {
      throw new RunledgerError("request.no-scope", `the token ${caller.name} may read and not write`);
    }
    const isChange = route.method !== "get";
    if (caller.kind === "session" && isChange && incoming.headers.origin === undefined && isOn("origin")) {
      throw new RunledgerError(
        "request.foreign-origin",
        "a change by session needs the Origin of the server's own pages",
      );
    }
    return caller;
  }

  /** A path that signs a browser in, once, within ten minutes. */
  newLink(): string {
    const code = randomBytes(24).toString("base64url");
    this.#link = { hash: hashOf(code), endsMs: this.#of.nowMs() + linkMs };
    return `/sign-in/${code}`;
  }

  /** Trades the link's code for a session. @returns the cookie; null if the code is not, or no longer, good */
  signIn(code: string): string | null {
    const link = this.#link;
    if (link === null || link.endsMs < this.#of.nowMs() || !isSame(link.hash, hashOf(code))) return null;
    this.#link = null;
    const value = randomBytes(32).toString("base64url");
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= sessionsMax && oldest !== undefined) this.#sessions.delete(oldest);
    this.#sessions.set(hashOf(value), this.#of.nowMs() + sessionMs);
    return `${this.#cookieName()}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionMs / 1000}`;
  }

  async #byToken({ headers }: IncomingMessage): Promise<Caller | null> {
    const { authorization } = headers;
    if (authorization === undefined) return null;
    const [, text] = /^Bearer +([\x21-\x7e]{1,500})$/i.exec(authorization) ?? [];
    const token = text === undefined ? null : await this.#of.findToken(text);
    // A wrong token is refused even where none is needed: its sender believes that it has a right, and has none.
    if (token === null) throw new RunledgerError("request.no-token", "the token is not one of this server");
    return { kind: "token", scope: token.scope, name: token.id, mayKnowTruth: true, endsMs: token.endsMs };
  }

  #bySession({ headers }: IncomingMessage): Caller | null {
    const name = `${this.#cookieName()}=`;
    const cookie = (headers.cookie ?? "").split(/; */).find((part) => part.startsWith(name));
    if (cookie === undefined) return null;
    const key = hashOf(cookie.slice(name.length));
    const endsMs = this.#sessions.get(key);
    if (endsMs === undefined) return null;
    if (endsMs >= this.#of.nowMs()) {
      return { kind: "session", scope: "write", name: "browser", mayKnowTruth: true, endsMs };
    }
    this.#sessions.delete(key);
    return null;
  }

  /** Programs of this server's own runs have no token, and have a door of their own for what they tell. */
  #byPlace({ isForPrograms }: Pick<RouteSpec, "isForPrograms">): Caller | null {
    const { host, isTokenRequired } = this.#of;
    return isLoopback(host) && (!isTokenRequired || isForPrograms === true) ? this.#local() : null;
  }

  #local(): Caller {
    return { kind: "local", scope: "write", name: "local", mayKnowTruth: !this.#of.isOn("secrecy"), endsMs: null };
  }

  /** Cookies know no ports: two servers of one machine must not sign each other out. */
  #cookieName(): string {
    return `runledger_${this.#of.port()}`;
  }

  #isOwnHost(header: string): boolean {
    const [, name = "", port = "80"] = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(header) ?? [];
    if (Number(port) !== this.#of.port()) return false;
    const lower = name.toLowerCase();
    if (loopbackNames.includes(lower)) return true;
    if (isLoopback(this.#of.host)) return lower === this.#of.host;
    // Rebinding needs a name; an address cannot be rebound.
    const bare = lower.replace(/^\[|\]$/g, "");
    return isIP(bare) !== 0 || [this.#of.host.toLowerCase(), hostname().toLowerCase()].includes(bare);
  }
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
