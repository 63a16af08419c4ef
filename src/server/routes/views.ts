// The views of one run: folds of its events, what it printed, and the files that it kept.

import { RunledgerError } from "../../core/errors.ts";
import type { Run } from "../../core/run.ts";
import type { viewRoutes } from "../../protocol/http-view-routes.ts";
import { collectFlow } from "../../views/flow-diagram.ts";
import { foreignSpan } from "../../views/foreign-spans.ts";
import { type OtlpBatch, otlpBatch } from "../../views/otlp.ts";
import { collectAttempts } from "../../views/run-attempts.ts";
import { fileOf, messageOf, scoreOf, stepOf, transactionOf } from "../../views/run-items.ts";
import { collectSteps } from "../../views/session-file.ts";
import { collectTrace, type TraceSpan } from "../../views/trace.ts";
import { collectTraceTree } from "../../views/trace-tree.ts";
import type { HandlersOf } from "../handler.ts";
import { foldRun, pageOfItems } from "../read-events.ts";
import { outputSize, readOutput } from "../read-output.ts";
import { findRun, type Site } from "../site.ts";

const itemsDefault = 100;
/** Spans of one answer, the first to end; of more their number is told. */
const spansMax = 5_000;
const filesMax = 1_000;
const outputBytesDefault = 64 * 1024;

type ViewRoutes = Omit<typeof viewRoutes, "runEvents" | "runState" | "runLink" | "allEvents">;

export const viewHandlers: HandlersOf<ViewRoutes> = {
  async runAttempts({ params, site }) {
    const { id } = await findRun(site, params.id);
    return (await foldRun(site.ledger, id, collectAttempts())).result();
  },
  async runSteps({ params, site }) {
    const { id } = await findRun(site, params.id);
    const { steps, omitted, answer } = (await foldRun(site.ledger, id, collectSteps())).result();
    return { steps: steps.map(stepOf), omitted, answer };
  },
  async runMessages({ params, query, site }) {
    return pageOfItems(site.ledger, { ...(await itemsOf(site, params.id, query)), pick: messageOf });
  },
  async runVariables({ params, site }) {
    const { seq, kind } = await findRun(site, params.id);
    // This build runs no scenarios, so that no event tells of a variable.
    return { variables: {}, seq, note: `variables are those of a simulation; this run is of a ${kind}` };
  },
  async runTransactions({ params, query, site }) {
    return pageOfItems(site.ledger, { ...(await itemsOf(site, params.id, query)), pick: transactionOf });
  },
  async runScores({ params, query, site }) {
    return pageOfItems(site.ledger, { ...(await itemsOf(site, params.id, query)), pick: scoreOf });
  },
  async runLogs({ params, query, site, incoming }) {
    const run = await findRun(site, params.id);
    const last = run.attempt?.number ?? 0;
    const { attempt = last, stream = "stdout", offset = 0, limit = outputBytesDefault } = query;
    const isRaw = (incoming.headers.accept ?? "").startsWith("text/plain");
    refuseAttempt(run, query.attempt ?? null);
    const piece = await readOutput(site, { runId: run.id, attempt, stream }, { offset, limit, isWhole: !isRaw });
    if (isRaw) return plainText(piece.bytes);
    const { bytes, next, isAtEnd } = piece;
    const whole = await outputSize(site, { runId: run.id, attempt, stream });
    return { attempt, stream, offset, next, isAtEnd, ...whole, text: bytes.toString("utf8") };
  },
  async runTrace({ params, query, site, incoming }) {
    const { id } = await findRun(site, params.id);
    const wantsText = query.format === "text" || (incoming.headers.accept ?? "").startsWith("text/plain");
    if (query.format !== "otlp" && wantsText)
      return plainText((await foldRun(site.ledger, id, collectTraceTree())).text());
    const spans: TraceSpan[] = [];
    let omitted = 0;
    const trace = collectTrace();
    const keep = (more: readonly TraceSpan[]) => {
      spans.push(...more);
      omitted += spans.splice(spansMax).length;
    };
    const foreign: OtlpBatch["resourceSpans"] = [];
    await foldRun(site.ledger, id, {
      take(event) {
        keep(trace.take(event));
        const received = foreignSpan(event);
        if (received !== null) foreign.push(received);
      },
    });
    omitted += foreign.splice(spansMax).length;
    keep(trace.rest().filter(({ end }) => end !== null));
    const { resourceSpans } = otlpBatch(spans);
    return { resourceSpans: [...resourceSpans, ...foreign], omitted };
  },
  async runFlow({ params, query, site }) {
    const run = await findRun(site, params.id);
    const { attempt = null } = query;
    refuseAttempt(run, attempt);
    return plainText((await foldRun(site.ledger, run.id, collectFlow(attempt))).result().diagram);
  },
  async runFiles({ params, site }) {
    const { id } = await findRun(site, params.id);
    return { files: await filesOf(site, id) };
  },
  async runFile({ params, site }) {
    const { id } = await findRun(site, params.id);
    // The name is looked up among those that were recorded; it is never part of a path.
    const file = (await filesOf(site, id)).findLast(({ name }) => name === params.name);
    const bytes = file?.digest == null ? null : await site.ledger.getBlob(file.digest);
    if (bytes === null)
      throw new RunledgerError("file.unknown", `run ${id} has no file ${JSON.stringify(params.name)}`);
    return new Response(new Uint8Array(bytes), { headers: attachment(params.name) });
  },
};

/** @throws RunledgerError `request.invalid` for an attempt that was never made; null is the newest, whichever it is */
function refuseAttempt({ id, attempt }: Pick<Run, "id" | "attempt">, asked: number | null): void {
  const last = attempt?.number ?? 0;
  if (asked === null || asked <= last) return;
  const which = last === 0 ? "no attempt yet" : last === 1 ? "one attempt" : `attempts 1 to ${last}`;
  throw new RunledgerError("request.invalid", `run ${id} has ${which}`, { data: { last } });
}

async function itemsOf(site: Site, id: string, query: { after?: number | undefined; limit?: number | undefined }) {
  const { id: runId } = await findRun(site, id);
  return { runId, after: query.after ?? 0, limit: query.limit ?? itemsDefault };
}

async function filesOf({ ledger }: Site, runId: string) {
  const files = [];
  for (let after: number | null = 0; after !== null && files.length < filesMax; ) {
    const page: Awaited<ReturnType<typeof pageOfItems<NonNullable<ReturnType<typeof fileOf>>>>> = await pageOfItems(
      ledger,
      { runId, after, limit: filesMax, pick: fileOf },
    );
    files.push(...page.items);
    after = page.next;
  }
  return files.slice(0, filesMax);
}

function plainText(text: string | Buffer): Response {
  const body = typeof text === "string" ? text : new Uint8Array(text);
  return new Response(body, { headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** Never shown by a browser, whatever it holds: an agent may have written it. */
function attachment(name: string): Record<string, string> {
  const last = name.split("/").at(-1) ?? "file";
  return {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(last).replace(/['()*]/g, percent)}`,
    "content-security-policy": "sandbox; default-src 'none'",
  };
}

function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}
