// Puts a run into the queue for a request: what it is of, who acts, and what the request says beside.

import { createHash, randomInt } from "node:crypto";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import { contentOfBenchmark } from "../benchmarks/subject-content.ts";
import { besideContent } from "../benchmarks/subject-needs.ts";
import { canonicalJson } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { EventData, RetryPolicy } from "../core/events.ts";
import { newRunId } from "../core/ids.ts";
import { effectiveLimits, type RunLimitsPatch } from "../core/limits.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { PlannedAgent } from "../core/plan-experiment.ts";
import type { Run } from "../core/run.ts";
import type { SubjectContent } from "../protocol/spec.ts";
import { makeOnce } from "./make-once.ts";
import { apiActor, type Site } from "./site.ts";

type Queued = EventData<"run.queued">;

/** What a request may say of a run beside what is run. */
export type StartChoices = {
  name?: string | null | undefined;
  labels?: Record<string, string> | undefined;
  priority?: Queued["priority"] | undefined;
  limits?: RunLimitsPatch | undefined;
  retries?: number | undefined;
  seed?: number | undefined;
};

/** What makes two requests the same: the key that the client gave, and a digest of all that it asked for. */
export type RequestIdentity = { runId: string; digest: string | null };

const seedMax = 0xffff_ffff;

/** What the policy may retry: never what an agent did, which would be a second chance. */
export function retryPolicyOf(retries: number): RetryPolicy {
  return { retries, backoffMs: 1_000, origins: ["provider", "environment", "worker", "lost"] };
}

export function randomSeed(): number {
  return randomInt(seedMax + 1);
}

/** Keeps the content and gives the subject that names it. */
async function keepContent({ ledger }: Site, content: SubjectContent): Promise<Queued["subject"]> {
  const digest = await ledger.putBlob(Buffer.from(JSON.stringify(content), "utf8"));
  return { kind: content.kind, id: content.id, digest };
}

/** The same of a benchmark, with what its judge needs and what its programs must not see. */
export async function keepBenchmark(site: Site, benchmark: Benchmark): Promise<Queued["subject"]> {
  const beside = besideContent({ needs: site.agents.needsOf(benchmark), conceal: benchmark.conceal });
  return { ...(await keepContent(site, contentOfBenchmark(benchmark))), ...beside };
}

/** What a run of this benchmark is queued with. @throws RunledgerError `provider.no-price`, `model.unknown` */
export async function benchmarkRun(
  site: Site,
  of: { benchmark: Benchmark; agent: PlannedAgent; choices: StartChoices },
): Promise<Queued> {
  const { benchmark, agent, choices } = of;
  const limits = effectiveLimits("benchmark", benchmark.task.limits, { ...site.limits, ...choices.limits });
  site.agents.refuseUnpriced(agent.identity, limits);
  return {
    ...common(site, choices),
    kind: "benchmark",
    subject: await keepBenchmark(site, benchmark),
    agent: agent.identity,
    params: agent.params,
    seed: choices.seed ?? randomSeed(),
    limits,
    minScore: benchmark.groundTruth.min_score,
  };
}

/** What a run of a configured command is queued with. @throws RunledgerError `command.unknown` */
export async function commandRun(site: Site, name: string, choices: StartChoices): Promise<Queued> {
  const command = Object.hasOwn(site.commands, name) ? site.commands[name] : undefined;
  if (command === undefined) {
    const names = Object.keys(site.commands);
    const known = names.length === 0 ? "the configuration names none" : `there are ${names.join(", ")}`;
    const detail = `there is no command ${JSON.stringify(name)}; ${known}${didYouMean(name, names)}`;
    throw new RunledgerError("command.unknown", detail, { data: { nearest: nearestNames(name, names) } });
  }
  const content: SubjectContent = { v: 1, kind: "command", id: name, public: command, secret: {} };
  return {
    ...common(site, choices),
    kind: "command",
    subject: await keepContent(site, content),
    agent: null,
    params: {},
    seed: choices.seed ?? null,
    limits: effectiveLimits("command", choices.limits ?? {}),
    minScore: null,
  };
}

/** What the earlier run was queued with; who asks is new. @throws RunledgerError `run.no-content` */
export async function runAgain(site: Site, earlier: Run): Promise<Queued> {
  await refuseWithoutContent(site, earlier);
  const { kind, subject, agent, name, params, seed, labels, priority, limits, retryPolicy, minScore } = earlier;
  return {
    ...common(site, {}),
    ...{ kind, subject, agent, name, params, seed, labels, priority, limits, retryPolicy, minScore },
    againOf: earlier.id,
  };
}

/** Without its content a run would be claimed and never begin. */
export async function refuseWithoutContent({ ledger }: Site, { subject, imported }: Run): Promise<void> {
  if ((await ledger.getBlob(subject.digest)) !== null) return;
  const why = imported ? "it was imported without it" : "its blob is missing";
  throw new RunledgerError("run.no-content", `the content of ${subject.id} (${subject.digest}) is not here: ${why}`);
}

/**
 * Queues the run. A request that was answered before, by its key, gets the run that it made then.
 * @throws RunledgerError `run.id-taken`, `request.key-reused`, `run.deleted`
 */
export async function queueRun({ ledger }: Site, identity: RequestIdentity, data: Queued): Promise<Run> {
  const { runId, digest } = identity;
  if ((await ledger.getExperiment(runId)) !== null)
    throw idTaken(runId, { what: "experiment", hasKey: digest !== null });
  const queue = async (whole: Queued): Promise<Run> =>
    (await ledger.execute(runId, { type: "queue", data: whole, claim: null }, apiActor)).run;
  if (digest === null) return queue(data);
  const whole = { ...data, requestDigest: digest };
  return makeOnce({ make: () => queue(whole), find: () => madeBefore(ledger, identity) });
}

/** The run that the same request made before, or null. @throws RunledgerError `request.key-reused`, `run.deleted` */
export async function madeBefore(ledger: Site["ledger"], { runId, digest }: RequestIdentity): Promise<Run | null> {
  if (digest === null) return null;
  const run = await ledger.getRun(runId);
  if (run === null) return null;
  const [first] = await ledger.readEvents(runId, 0, 1);
  if ((first?.data as { requestDigest?: unknown } | undefined)?.requestDigest === digest) return run;
  throw idTaken(runId, { what: "run", hasKey: true });
}

/** Why a request may not make anything with this id, which it gave itself or which follows from its key. */
export function idTaken(id: string, { what, hasKey }: { what: "run" | "experiment"; hasKey: boolean }): RunledgerError {
  const data = what === "run" ? { runId: id } : { experimentId: id };
  const detail = hasKey
    ? `the key stands for ${what} ${id}, which another request made`
    : `there is a ${what} ${id} already`;
  return new RunledgerError(hasKey ? "request.key-reused" : "run.id-taken", detail, { data });
}

/**
 * What a request stands for. With an Idempotency-Key the run's id follows from the key, so that whatever server gets the
 * request a second time finds what the first one made; the digest of the request lies in the run's first event.
 * @throws RunledgerError `request.invalid` for a key that is none
 */
export function identityOf(of: {
  key: string | undefined;
  route: string;
  asked: unknown;
  givenId?: string | undefined;
}): RequestIdentity {
  const { key, route, asked, givenId } = of;
  if (key === undefined) return { runId: givenId ?? newRunId(), digest: null };
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new RunledgerError("request.invalid", "an Idempotency-Key is 1 to 200 visible ASCII characters");
  }
  const digest = sha256(canonicalJson([route, asked]));
  return { runId: givenId ?? idOfKey(key), digest };
}

/** A UUID of version 8 (RFC 9562, 5.8): the first bits of the key's hash. */
function idOfKey(key: string): string {
  const bytes = createHash("sha256").update(`runledger idempotency-key\n${key}`, "utf8").digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function common(site: Site, choices: StartChoices) {
  return {
    name: choices.name ?? null,
    labels: choices.labels ?? {},
    priority: choices.priority ?? ("normal" as const),
    retryPolicy: retryPolicyOf(choices.retries ?? 0),
    experimentId: null,
    trial: 1,
    againOf: null,
    imported: false,
    who: site.who,
  };
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;
}
