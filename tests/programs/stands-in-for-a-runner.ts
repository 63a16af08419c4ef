// Holds one program as a runner does and prints the facts about it; lives until it is killed, and leaves a program that
// ends alone. Arguments: attempt folder, containment, program and its arguments.
import { containProgram } from "../../src/runner/contain-program.ts";

const [attemptDir, containment, command, ...args] = process.argv.slice(2);
if (attemptDir === undefined || command === undefined) throw new Error("attempt folder and program are missing");
const program = await containProgram({
  argv: [command, ...args],
  cwd: process.cwd(),
  env: process.env,
  attemptDir,
  containment: containment === "sweep" ? "sweep" : "pidns",
});
process.on("SIGTERM", () => undefined);
program.stdout.on("data", (chunk: Buffer) => process.stdout.write(chunk));
program.stderr.on("data", (chunk: Buffer) => process.stderr.write(chunk));
program.exited.then(({ code, signal }) => process.stdout.write(`exit ${code ?? signal}\n`));
setInterval(() => {}, 60_000);
