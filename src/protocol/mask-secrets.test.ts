import fc from "fast-check";
import { expect, test } from "vitest";
import { maskSecrets, secretsIn } from "./mask-secrets.ts";

/** The stream's output when the bytes come in these pieces. */
function throughStream(secrets: Record<string, string>, pieces: readonly Buffer[]): string {
  const stream = maskSecrets(secrets).stream();
  return Buffer.concat([...pieces.map((piece) => stream.push(piece)), stream.end()]).toString();
}

test("a secret cut at every byte is masked as in one piece", () => {
  const text = Buffer.from("a key: sk-süß-1234 and sk-süß-123, sk-süß-1234sk-süß-1234.");
  const whole = "a key: [masked KEY] and sk-süß-123, [masked KEY][masked KEY].";
  for (let first = 0; first <= text.length; first += 1) {
    for (let second = first; second <= text.length; second += 7) {
      const pieces = [text.subarray(0, first), text.subarray(first, second), text.subarray(second)];
      expect(throughStream({ KEY: "sk-süß-1234" }, pieces)).toBe(whole);
    }
  }
});

test("however the output is cut, no secret comes through and all else does", () => {
  const letters = fc.constantFrom("a", "b", "c");
  const secret = fc.string({ unit: letters, minLength: 4, maxLength: 7 });
  fc.assert(
    fc.property(fc.array(secret, { maxLength: 3 }), fc.array(fc.string({ unit: letters })), (values, pieces) => {
      const secrets = Object.fromEntries(values.map((value, index) => [String(index), value]));
      const masked = throughStream(
        secrets,
        pieces.map((piece) => Buffer.from(piece)),
      );
      for (const value of values) expect(masked).not.toContain(value);
      const pattern =
        values.length === 0 ? /$^/g : new RegExp(values.toSorted((a, b) => b.length - a.length).join("|"), "g");
      const gaps = pieces.join("").split(pattern).join("");
      expect(masked.replaceAll(/\[masked \d\]/g, "")).toBe(gaps);
    }),
  );
});

test("of two secrets that begin alike the longer one is masked whole, also when it comes in pieces", () => {
  const secrets = { SHORT: "abcd", LONG: "abcdefgh" };
  expect(throughStream(secrets, [Buffer.from("abcd"), Buffer.from("efgh abcd")])).toBe("[masked LONG] [masked SHORT]");
});

test("only what could begin a secret is held back", () => {
  const stream = maskSecrets({ KEY: "secret" }).stream();
  expect(stream.push(Buffer.from("a line\n")).toString()).toBe("a line\n");
  expect(stream.push(Buffer.from("a sec")).toString()).toBe("a ");
  expect(stream.push(Buffer.from("ond")).toString()).toBe("second");
  expect(stream.push(Buffer.from("secre")).toString()).toBe("");
  expect(stream.end().toString()).toBe("secre");
  expect(stream.end().toString()).toBe("");
});

test("texts and parsed JSON are masked in strings and keys", () => {
  const mask = maskSecrets({ KEY: 'qu"oted', TINY: "ab" });
  expect(mask.text('ab qu"oted')).toBe("ab [masked KEY]");
  expect(mask.json({ 'qu"oted': [1, null, true, { deep: 'x qu"oted' }] })).toEqual({
    "[masked KEY]": [1, null, true, { deep: "x [masked KEY]" }],
  });
});

test("what is named as a secret is one, also without a border before the word; a word within a name is not", () => {
  const value = "hunter2-hunter2";
  const named = {
    PGPASSWORD: value,
    DB_PASSWD: value,
    api_key: value,
    MONKEY: value,
    TOKENS_MAX: value,
    SHORT_KEY: "x",
  };
  expect(Object.keys(secretsIn(named))).toEqual(["PGPASSWORD", "DB_PASSWD", "api_key"]);
});
