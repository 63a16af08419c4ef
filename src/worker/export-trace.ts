// Sends the trace of an ended run to an OpenTelemetry endpoint, if the environment names one. The run is what it is,
// whatever becomes of this.

import { RunledgerError } from "../core/errors.ts";
import { isTerminal } from "../core/moves.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { traceLines } from "../views/trace-lines.ts";
import { eventsOfRun } from "./events-of-run.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What sending may take if the environment does not say, milliseconds; as the OpenTelemetry specification has it. */
const timeoutMsDefault = 10_000;
/** How much of an answer is read for the error, bytes. */
const answerBytesMax = 4096;

export type TraceEndpoint = { url: string; headers: Record<string, string>; timeoutMs: number };

/**
 * Where traces go, by the variables of the OpenTelemetry specification; null if nowhere.
 * @throws RunledgerError `trace.bad-endpoint` for a URL that is none, or a protocol that is not spoken here
 */
function traceEndpoint(env: Env): TraceEndpoint | null {
  const whole = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === "true" || env.OTEL_TRACES_EXPORTER === "none";
  if (isOff || !(whole || base)) return null;
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || "http/json";
  if (protocol === "grpc") throw badEndpoint("OTLP is sent over HTTP as JSON here, not by grpc");
  const url = whole || `${base?.replace(/\/+$/, "")}/v1/traces`;
  // What is in the variable is not quoted: people put passwords into URLs.
  const named = whole ? "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" : "OTEL_EXPORTER_OTLP_ENDPOINT";
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw badEndpoint(`${named} is no http URL`);
  if (parsed.username !== "" || parsed.password !== "") {
    throw badEndpoint(
      `${named} holds a user or a password; OTEL_EXPORTER_OTLP_HEADERS is the place for an authorization`,
    );
  }
  const timeout = Number(env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT || env.OTEL_EXPORTER_OTLP_TIMEOUT || timeoutMsDefault);
  return {
    url,
    headers: headersIn(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS || env.OTEL_EXPORTER_OTLP_HEADERS || ""),
    timeoutMs: Number.isFinite(timeout) && timeout > 0 ? timeout : timeoutMsDefault,
  };
}

/**
 * Sends the trace of an ended run, in as many requests as it takes; the endpoint's timeout is one for all of them, since
 * the worker waits.
 * @returns how many requests were made; 0 if traces go nowhere, or there is none.
 * @throws RunledgerError `trace.not-sent` with what came back
 */
export async function exportTrace(ledger: Ledger, runId: string, env: Env = process.env): Promise<number> {
  const endpoint = traceEndpoint(env);
  if (endpoint === null || (await ledger.isDeleted(runId))) return 0;
  const run = await ledger.getRun(runId);
  if (run === null || !isTerminal(run.status)) return 0;
  const deadline = AbortSignal.timeout(endpoint.timeoutMs);
  let sent = 0;
  for await (const line of traceLines(eventsOfRun(ledger, run))) {
    await send(endpoint, line, deadline);
    sent += 1;
  }
  return sent;
}

async function send({ url, headers, timeoutMs }: TraceEndpoint, body: string, deadline: AbortSignal): Promise<void> {
  const { origin } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url, {
      ...{ method: "POST", body, redirect: "error" as const },
      headers: { ...headers, "content-type": "application/json" },
      signal: deadline,
    });
  } catch (error) {
    if (deadline.aborted) throw notSent(`${origin} did not take all of it in ${timeoutMs / 1000} s`);
    const { cause, message } = error as Error;
    throw notSent(`${origin} was not reached: ${cause instanceof Error ? cause.message : message}`);
  }
  if (response.ok) return void (await response.body?.cancel().catch(() => {}));
  const text = await beginOf(response);
  throw notSent(`${origin} answered ${response.status}: ${text.slice(0, 200)}`);
}

/** The beginning of an answer; what cannot be read of it is left out. */
async function beginOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= answerBytesMax) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).subarray(0, answerBytesMax).toString();
}

/** `name=value,name=value`, with the values escaped as in a URL. */
function headersIn(text: string): Record<string, string> {
  const pairs = text.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), unescaped(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function badEndpoint(detail: string): RunledgerError {
  return new RunledgerError("trace.bad-endpoint", detail);
}

function notSent(detail: string): RunledgerError {
  return new RunledgerError("trace.not-sent", `the trace was not sent: ${detail}`);
}
