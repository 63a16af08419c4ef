// The name of one stream of output in the ledger.

export type LogStream = { runId: string; attempt: number; stream: "stdout" | "stderr" };
