import { expect, test } from "vitest";
import { hasPassword, isPostgresUrl, readPostgresUrl } from "./postgres-url.ts";

test("what the URL leaves out comes from the environment, then from the defaults", () => {
  const env = { PGHOST: "db", PGPORT: "6000", PGUSER: "ann", PGDATABASE: "runs" };
  expect(readPostgresUrl("postgres://", env)).toMatchObject({
    shown: "postgres://ann@db:6000/runs",
    sslMode: "prefer",
    prepare: "unless-pooled",
    session: null,
    config: { host: "db", port: 6000, user: "ann", database: "runs", application_name: "runledger" },
  });
  expect(readPostgresUrl("postgres://", { USER: "bob" }).shown).toBe("postgres://bob@localhost:5432/bob");
  expect(readPostgresUrl("postgres://u@[::1]:1/d?sslmode=require", {}).config).toMatchObject({ host: "::1", port: 1 });
});

test("options of the URL count, and a password is taken and never shown", () => {
  const url = "postgresql://u:s%40cret@h/d?connect_timeout=3&prepare=false&application_name=x&sslmode=disable";
  const place = readPostgresUrl(url, {});
  expect(place).toMatchObject({ prepare: "never", sslMode: "disable", config: { password: "s@cret", ssl: false } });
  expect(place.config).toMatchObject({ connectionTimeoutMillis: 3_000, application_name: "x" });
  expect(place.shown).toBe("postgres://u@h:5432/d");
  expect([hasPassword(url), hasPassword("postgres://u@h/d?password=x"), hasPassword("postgres://u@h/d")]).toEqual([
    true,
    true,
    false,
  ]);
  const socket = readPostgresUrl("postgres://u@%2Ftmp%2Fx/d?sslmode=require", {});
  expect(socket).toMatchObject({ shown: "postgres://u@%2Ftmp%2Fx/d", sslMode: "disable", config: { host: "/tmp/x" } });
});

test("what is shown is a URL that leads to the same place", () => {
  for (const url of [
    "postgres://%C3%9C%20n%40x@[::1]:1/a%2Fb%3F",
    "postgres://u@%2Ftmp%2Fx:5433/d",
    "postgres://u@h:1/d",
  ]) {
    const { shown, config } = readPostgresUrl(url, {});
    expect(shown).toBe(url);
    expect(readPostgresUrl(shown, {}).config).toEqual(config);
  }
});

test("the session's URL takes from the one that it stands in what it leaves out", () => {
  const of = (session: string) => readPostgresUrl(`postgres://u:pw@pool:6432/d?sslmode=require&session=${session}`, {});
  const place = of("postgres://db");
  expect(place).toMatchObject({ prepare: "never", shown: "postgres://u@pool:6432/d" });
  expect(place.session).toMatchObject({
    ...{ shown: "postgres://u@db:5432/d", prepare: "unless-pooled", sslMode: "require", session: null },
    config: { password: "pw" },
  });
  expect(of(encodeURIComponent("postgres://other:p2@db:5433/e?sslmode=disable")).session).toMatchObject({
    ...{ shown: "postgres://other@db:5433/e", sslMode: "disable", config: { password: "p2" } },
  });
  expect(of("postgres:///whole").session?.shown).toBe("postgres://u@pool:6432/whole");
  expect(of("same").session?.shown).toBe("postgres://u@pool:6432/d");
  expect(hasPassword("postgres://u@h/d?session=postgres://u:p@h")).toBe(true);
});

test.each([
  ["postgres://u@h/d?session=db.example", "session is no postgres:// URL"],
  ["postgres://u@h/d?session=postgres://h%3Fsslmod=x", "session has the option sslmod"],
  ["postgres://u@h/d?prepare=maybe", "prepare is true or false"],
  ["postgres://u@h/d?sslmod=require", "the option sslmod"],
  ["postgres://u@h/d?sslmode=maybe", "sslmode=maybe is none of"],
  ["postgres://u@h/d?sslmode=verify-ca", "needs sslrootcert"],
  ["postgres://u@h/d?sslmode=require&sslrootcert=/no/such/file", "the file of sslrootcert cannot be read"],
  ["postgres://u@h/d?connect_timeout=soon", "connect_timeout is a number"],
  ["postgres://u%@h/d", "begins no escape"],
  ["postgres://u@a:1,b:2/d", "takes one host"],
  ["postgres://u@a,b/d", "names several hosts"],
  ["postgres://u@h:99999/d", "a port up to 65535"],
  ["postgres://u:p/w@h/d", "%XX for signs"],
  ["postgres://", "names no user or no database"],
  ["sqlite:x", "it is no postgres:// URL"],
])("%s is refused: %s", (url, why) => {
  expect(() => readPostgresUrl(url, {})).toThrow(why);
});

test("only a URL of PostgreSQL is one", () => {
  expect(["postgres://x", "POSTGRESQL://x", "sqlite:x", "x"].map(isPostgresUrl)).toEqual([true, true, false, false]);
});
