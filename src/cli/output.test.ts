import { expect, test } from "vitest";
import { tone } from "../views/tone.ts";
import { type OutputStream, openOutput, wantsColour } from "./output.ts";

function fakeStream(isTTY: boolean): OutputStream & { text: string; fail(code: string): void } {
  let onError: (error: NodeJS.ErrnoException) => void = () => {};
  return {
    text: "",
    isTTY,
    write(chunk) {
      this.text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      return true;
    },
    on: (_event, listener) => {
      onError = listener;
    },
    off: () => {},
    fail: (code) => onError(Object.assign(new Error(code), { code })),
  };
}

function open(options: { isTTY?: boolean; isJson?: boolean; isQuiet?: boolean; hasColour?: boolean } = {}) {
  const { isTTY = false, isJson = false, isQuiet = false, hasColour = true } = options;
  const streams = { stdout: fakeStream(isTTY), stderr: fakeStream(isTTY) };
  return { ...streams, output: openOutput(streams, { isJson, isQuiet, hasColour }) };
}

test("results go to stdout, progress and warnings to stderr", () => {
  const { output, stdout, stderr } = open();
  output.result("r");
  output.progress("p");
  output.warn("w");
  expect([stdout.text, stderr.text]).toEqual(["r\n", "p\nw\n"]);
});

test("with --json nothing but JSON reaches stdout", () => {
  const { output, stdout } = open({ isJson: true });
  output.result("a line for people");
  output.json({ a: 1 });
  expect(stdout.text).toBe('{"a":1}\n');
});

test("--quiet keeps warnings and drops progress", () => {
  const { output, stderr } = open({ isQuiet: true });
  output.progress("p");
  output.warn("w");
  expect(stderr.text).toBe("w\n");
});

test("colours appear on a terminal only, and not if they are refused", () => {
  const painted = (options: Parameters<typeof open>[0]) => {
    const { output, stdout } = open(options);
    output.result(tone("good", "ok"));
    return stdout.text;
  };
  expect(painted({ isTTY: true })).toBe("\x1b[32mok\x1b[0m\n");
  expect(painted({ isTTY: true, hasColour: false })).toBe("ok\n");
  expect(painted({})).toBe("ok\n");
  expect([
    wantsColour({}, false),
    wantsColour({ NO_COLOR: "1" }, false),
    wantsColour({ TERM: "dumb" }, false),
    wantsColour({}, true),
  ]).toEqual([true, false, false, false]);
});

test("no escape of an agent's text reaches the terminal, in JSON neither", () => {
  const { output, stdout } = open({ isTTY: true });
  output.result("a\x1b[2Jb\x9b31m");
  output.json({ text: "\x1b\x9b" });
  expect(stdout.text).toBe('a[2Jb31m\n{"text":"\\u001b\\u009b"}\n');
});

test("a program's bytes reach a pipe as they are, and a terminal without controls", () => {
  const bytes = Buffer.from("10%\r20%\x1b[31m\n");
  const pipe = open();
  pipe.output.bytes("stdout", bytes);
  expect(pipe.stdout.text).toBe(bytes.toString());
  const terminal = open({ isTTY: true });
  terminal.output.bytes("stdout", bytes);
  expect(terminal.stdout.text).toBe("10%\n20%[31m\n");
});

test("a reader that has gone is noticed and written to no more", () => {
  const { output, stdout } = open();
  stdout.fail("EPIPE");
  output.result("nobody reads this");
  expect([output.gone.aborted, stdout.text]).toEqual([true, ""]);
});

test("any other failure of a stream is not swallowed", () => {
  expect(() => open().stdout.fail("ENOSPC")).toThrow("ENOSPC");
});
