// A workspace in containers, as far as that can be seen without an engine: what is refused and why, and, with a client of
// our own that keeps containers as files, what is asked of an engine in which order.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callTool } from "../core/tool.ts";
import type { World, WorldSetup } from "../environments/environment.ts";
import { openWorld } from "../environments/open-world.ts";
import { type PlaceUnderTest, placeUnderTest } from "./place-under-test.ts";

/**
 * Stands for the client and its engine: an image is here once it was pulled, a program runs in its first folder, and a
 * container that was not told to end stays.
 */
const client = `#!/bin/sh
state=$(dirname "$0")/state
echo "$@" >> "$state/asked"
case "$1 $2" in
  "version "*) echo 99.9;;
  "image inspect") [ -e "$state/pulled" ] && echo sha256:0123456789abcdef;;
  "pull "*) [ "$4" != no/such ] || { echo "denied: no/such" >&2; exit 1; }; touch "$state/pulled";;
  "ps "*) ls "$state/containers";;
  "rm "*) shift 3; cd "$state/containers" && rm -f "$@";;
  "run "*)
    touch "$state/containers/c1"
    while [ "$1" != -- ]; do
      case "$1" in
        type=bind,source=*,target=/workspace) at=\${1#type=bind,source=}; cd "\${at%,target=/workspace}";;
        --entrypoint) command=$2;;
      esac
      shift
    done
    shift 2
    "$command" "$@"
    code=$?
    rm -f "$state/containers/c1"
    exit $code;;
esac
`;

let bin: string;
let path: string | undefined;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "runledger-client-"));
  mkdirSync(join(bin, "state/containers"), { recursive: true });
  path = process.env.PATH;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(bin, { recursive: true, force: true });
});

function useClient(script = client): void {
  writeFileSync(join(bin, "docker"), script);
  chmodSync(join(bin, "docker"), 0o755);
  process.env.PATH = `${bin}:${path}`;
}

function open(place: PlaceUnderTest, image = "python:3"): Promise<World> {
  const files = [{ path: "a.txt", executable: false, content: { text: "one\n" } }];
  const setup: WorldSetup = {
    initialState: [{ files }],
    options: { image, network: "none" },
    seed: 0,
    record: async () => {},
    place,
  };
  return openWorld("workspace", setup, null);
}

const asked = (): string[] => readFileSync(join(bin, "state/asked"), "utf8").trimEnd().split("\n");
const containers = (): string[] => readdirSync(join(bin, "state/containers"));

function runCommand(world: World, args: { command: string; timeout_s?: number }) {
  return callTool(world.tools, { tool: "run_command", args }, { signal: new AbortController().signal });
}

test("without a client the image is refused, and so it is by a client without an engine: each by its name", async () => {
  using place = placeUnderTest();
  process.env.PATH = bin;
  await expect(open(place)).rejects.toMatchObject({
    code: "workspace.no-container-client",
    message: "the image python:3 needs Docker: docker is in no folder of PATH",
  });
  useClient("#!/bin/sh\necho\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n");
  await expect(open(place)).rejects.toMatchObject({
    code: "workspace.no-container-engine",
    message: expect.stringContaining("the client finds none: Cannot connect to the Docker daemon"),
  });
  expect(existsSync(join(place.folder, "workspace"))).toBe(false);
});

test("an image that cannot be had is refused, and one that is not here is pulled before the agent begins", async () => {
  useClient();
  using place = placeUnderTest();
  await expect(open(place, "no/such")).rejects.toMatchObject({
    code: "workspace.no-image",
    message: "the image no/such cannot be had: denied: no/such",
  });
  await using world = await open(place);
  expect(world.summary).toBe("workspace: 1 file, image python:3 (sha256:0123456789ab), docker 99.9, no network");
  expect(asked().filter((line) => line.startsWith("pull"))).toHaveLength(2);
});

test("commands run by the image's id in the workspace, and a verifier's in its copy", async () => {
  useClient();
  using place = placeUnderTest();
  await using world = await open(place);
  const reply = await runCommand(world, { command: "cat a.txt; echo two > a.txt; exit 4" });
  expect(reply).toMatchObject({ result: { exit_code: 4, stdout: "one\n" } });
  const subject = { kind: "command" as const, run: ["cat", "a.txt"], timeoutS: 10, rewardFile: null };
  const { commands } = await world.observe([subject]);
  expect(commands?.[JSON.stringify(subject)]).toMatchObject({ exitCode: 0, tail: "two" });
  const runs = asked().filter((line) => line.startsWith("run "));
  expect(runs).toHaveLength(2);
  expect(runs[0]).toContain("--network none");
  expect(runs[0]).toMatch(/--entrypoint sh -- sha256:0123456789abcdef -c cat a.txt/);
  expect(runs[1]).toContain("verify/workspace,target=/workspace");
});

test("a container whose client was ended is removed before its end is told, and what an earlier attempt left at the start", async () => {
  useClient();
  using place = placeUnderTest();
  writeFileSync(join(bin, "state/containers/left"), "");
  await using world = await open(place);
  expect(containers()).toEqual([]);
  const reply = await runCommand(world, { command: "sleep 60", timeout_s: 0.2 });
  expect(reply).toMatchObject({ result: { stopped_for: "time" } });
  expect(containers()).toEqual([]);
  expect(asked().at(-2)).toBe("rm --force -- c1");
});
