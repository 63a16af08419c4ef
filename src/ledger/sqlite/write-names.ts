// The operations that write, by name. The side of the thread that asks knows them by this file alone: loading what they
// do would double the start of every command.

export const writeNames = [
  "execute",
  "executeAll",
  "claim",
  "ingest",
  "conclude",
  "recordEvent",
  "planExperiment",
  "importRun",
  "copyRun",
  "copyPlan",
  "putLog",
  "createToken",
  "rebuild",
] as const;

export type WriteName = (typeof writeNames)[number];

export function isWrite(name: string): name is WriteName {
  return (writeNames as readonly string[]).includes(name);
}
