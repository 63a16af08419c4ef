// How a user's program is held. Pure: command lines; the runner starts, and writes down what it started
// (`program-facts.ts`).
//
// Under `pidns` three processes of ours stand around the program:
//   unshare (outer)  makes the PID namespace and waits for INIT; killed with the runner (parent-death signal)
//   INIT             PID 1 of the namespace: collects orphans; its death kills everything in the namespace. It ends
//                    when its pipe from the runner closes, which covers the moment before the signal above is set
//   nsenter (entry)  puts the program into the namespace and stays its parent. It dies of the program's death and of
//                    nothing else: the namespace is empty only when somebody has collected the program, and whoever
//                    inherits it from a dead nsenter may be slow, or in a container without an init never do it
// The program is not INIT's child: a shell cannot tell exit code 137 from signal 9, nsenter passes on which it was.

/** What a program must not see: everything at these absolute paths but the folder `keep`, which may lie below one. */
export type Concealment = { keep: string; hide: readonly string[] };

/**
 * Covers the paths of a concealment, `$1` being the folder to keep, for a shell that may mount: folders by an empty one,
 * files by nothing. What is not there is passed over; whatever fails, fails the start.
 */
const concealScript = `cd / && keep=$1 && shift && exec 9<"$keep" || exit 1
for path; do
  if [ -d "$path" ]; then mount -t tmpfs -o size=64k,mode=755 none "$path" || exit 1
  elif [ -e "$path" ]; then mount --bind /dev/null "$path" || exit 1
  fi
done
mkdir -p "$keep" && mount -c --bind /proc/self/fd/9 "$keep" && exec 9<&- || exit 1
`;

/**
 * INIT, for any POSIX shell. It needs no environment of its own. A shell that waits for a foreground command collects
 * every child that ends meanwhile, so orphans never pile up; `cat` ends when the runner's end of fd 3 closes, and
 * with it INIT and the namespace. Signals other than KILL are ignored: the program gets them itself.
 */
const initScript = `trap "" TERM INT HUP QUIT; echo ready; cat <&3 >/dev/null; exit 0`;

/**
 * Makes named pipes first, or does not: whoever opens them sees. For this shell a tool is cheap, for Node it is a copy of
 * all that it holds.
 */
const pipesScript = `mkfifo -m 600 "$@" 2>/dev/null; `;

/** What INIT prints on its stdout once /proc is mounted and it works. */
export const initReady = "ready\n";

/**
 * Command line of `unshare` with INIT; fd 3 must be a pipe from the runner. Must be started from a main thread: the
 * parent-death signal follows the thread. Never maps the program to root: it keeps its uid. Without a network there is
 * an empty network namespace, in which even the loopback device is down.
 */
export function outerArgv(options: {
  isRoot: boolean;
  conceal?: Concealment | null;
  hasNetwork?: boolean;
  /** Named pipes that INIT makes for the runner before it is ready; not together with a concealment. */
  pipes?: readonly string[];
}): [string, ...string[]] {
  const { isRoot, conceal = null, hasNetwork = true, pipes = [] } = options;
  const die: [string, ...string[]] = ["setpriv", "--pdeathsig", "KILL"];
  // INIT stands in the empty network namespace, too: nothing that the program sees in /proc leads back out of it.
  const pid = ["--pid", "--fork", "--kill-child", "--mount-proc", ...(hasNetwork ? [] : ["--net"])];
  const user = isRoot ? [] : ["--user", "--map-current-user"];
  const init = pipes.length === 0 ? [initScript] : [pipesScript + initScript, "sh", ...pipes];
  if (conceal === null) return [...die, "unshare", ...user, ...pid, "sh", "-c", ...init];
  const paths = [conceal.keep, ...conceal.hide];
  if (isRoot) return [...die, "unshare", ...pid, "sh", "-c", concealScript + initScript, "sh", ...paths];
  // Only a root may mount: one of a user namespace of its own, around that of the program, in which nobody can unmount.
  const inner = `ids=$1; shift; ${concealScript}exec unshare --user --map-user="\${ids%:*}" --map-group="\${ids#*:}" ${pid.join(" ")} sh -c "$INIT"`;
  const outer = `ids=$(id -u):$(id -g); export INIT; INIT=$1; shift; exec unshare --user --map-root-user --mount sh -c "$0" sh "$ids" "$@"`;
  return [...die, "sh", "-c", outer, inner, initScript, ...paths];
}

/**
 * Node shows a death by a real-time signal as exit code 0, a success that never was. So nsenter ignores these signals
 * and, unable to die as its program did, exits with 1; the program itself gets them with their default again.
 */
const realTimeSignals = Array.from({ length: 31 }, (_, index) => 34 + index).join(",");
const ignoreRealTime = `--ignore-signal=${realTimeSignals}`;
const takeRealTime = `--default-signal=${realTimeSignals}`;

/**
 * Command line that runs a program within the namespace of `initPid`. `setsid` gives it a group of its own, so that
 * its `kill 0` does not reach nsenter; `env -C` goes to the folder after the mount namespace was entered.
 */
export function entryArgv(options: {
  initPid: number;
  isRoot: boolean;
  cwd: string;
  argv: readonly string[];
  /** Whether something is concealed, which a root must not be able to undo by a plain umount. */
  isConcealed?: boolean;
  /** Whether the namespace shares the network with everybody; it has an empty one of its own if not. */
  hasNetwork?: boolean;
  /** Paths of the tools; the program's own PATH, which they will see, need not lead to them. */
  locate: (tool: string) => string;
}): [string, ...string[]] {
  const { initPid, isRoot, cwd, argv, isConcealed = false, hasNetwork = true, locate } = options;
  const user = isRoot ? [] : ["--user", "--preserve-credentials"];
  const enter = [
    locate("nsenter"),
    "--target",
    String(initPid),
    ...user,
    "--mount",
    "--pid",
    ...(hasNetwork ? [] : ["--net"]),
  ];
  const tame = isRoot && isConcealed ? [locate("setpriv"), "--bounding-set", "-sys_admin"] : [];
  const work = [locate("env"), takeRealTime, "-C", cwd, ...tame, locate("setsid"), "--", ...argv];
  return [locate("env"), ignoreRealTime, ...enter, ...work];
}

/** Command line that succeeds where the tools of `entryArgv` are there and know the options that it uses. */
export function entryCheckArgv(): [string, ...string[]] {
  const work = ["env", takeRealTime, "-C", "/", "setsid", "--", "nsenter", "--version"];
  return ["env", ignoreRealTime, ...work];
}

/** Command line of a program under `sweep`: where there is a setpriv, the program itself dies with its runner. */
export function sweptArgv(options: {
  setpriv: string | null;
  argv: readonly [string, ...string[]];
}): readonly [string, ...string[]] {
  return options.setpriv === null ? options.argv : [options.setpriv, "--pdeathsig", "KILL", ...options.argv];
}

/** True for what the tools around a program print when they fail themselves, before the program had its turn. */
export function isEntryFailure(stderr: string): boolean {
  return /^(\S*\/)?(setpriv|nsenter|env|setsid): /.test(stderr);
}
