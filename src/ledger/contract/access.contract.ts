// Tokens, the catalog, what agents' runs add up to, and lists of experiments and of runs by the beginning of an id.

import { expect, it } from "vitest";
import { newRunId } from "../../core/ids.ts";
import type { Ledger } from "../ledger.ts";
import type { NewToken } from "../token-row.ts";
import { samplePlan } from "./experiments.contract.ts";
import {
  actor,
  agentOf,
  codeOf,
  complete,
  conclusionOf,
  endingOf,
  findings,
  ingest,
  lose,
  queue,
  type Subject,
  start,
  startedRecord,
} from "./samples.contract.ts";

const all = { limit: 100 };

export function accessClaims(subject: () => Subject): void {
  it("a token is stored as its hash, other processes find it at once, and its event does not hold the hash", async () => {
    const { ledger, openAgain } = subject();
    const token = sampleToken({ expiresAt: "2030-01-02T03:04:05.678Z" });
    const event = await ledger.createToken(token, actor);
    expect(event).toMatchObject({ type: "token.created", runId: null, data: { id: token.id, scopes: ["read"] } });
    expect(JSON.stringify(event)).not.toContain(token.hash);
    const other = await openAgain();
    expect(await other.getToken(token.id)).toEqual({ ...token, createdAt: event.recordedAt, revokedAt: null });
    expect(await other.getToken("nobody")).toBeNull();
    expect(await codeOf(ledger.createToken({ ...token, id: "b", hash: "secret" }, actor))).toBe("internal.bug");
    expect((await other.listTokens()).map(({ id }) => id)).toEqual([token.id]);
  });

  it("a revoked token stays revoked, also after a rebuild; the first revocation counts", async () => {
    const { ledger } = subject();
    const { id } = sampleToken();
    await ledger.createToken(sampleToken(), actor);
    const first = await ledger.record({ type: "token.revoked", data: { id, who: actor } }, actor);
    await ledger.record({ type: "token.revoked", data: { id, who: actor } }, actor);
    expect((await ledger.getToken(id))?.revokedAt).toBe(first.recordedAt);
    await ledger.rebuild();
    expect((await ledger.getToken(id))?.revokedAt).toBe(first.recordedAt);
    expect(await findings(ledger)).toEqual([]);
  });

  it("verification finds a token that no event made, and one that is in force again", async () => {
    const { ledger, damage } = subject();
    await ledger.createToken(sampleToken(), actor);
    await ledger.record({ type: "token.revoked", data: { id: sampleToken().id, who: actor } }, actor);
    await damage("UPDATE tokens SET revoked_at = NULL");
    expect((await findings(ledger)).map(({ kind }) => kind)).toEqual(["projection"]);
    await damage("UPDATE tokens SET revoked_at = 1, id = 'planted'");
    expect((await findings(ledger)).map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^token planted: .* kept, nothing there$/),
      expect.stringMatching(/^token t0001: nothing kept, .* there$/),
    ]);
  });

  it("the catalog holds what its events say, by scope, and tells what changed after a position", async () => {
    const { ledger, damage } = subject();
    const first = await changeCatalog(ledger, { scope: "folder", added: ["a", "b"] });
    const second = await changeCatalog(ledger, { scope: "folder", changed: ["b"], removed: ["a"] });
    await changeCatalog(ledger, { scope: "", added: ["a"] });
    expect((await ledger.readCatalog("folder", 0)).map(({ id, position }) => [id, position])).toEqual([["b", second]]);
    expect(await ledger.readCatalog("folder", second)).toEqual([]);
    expect((await ledger.readCatalog("", first)).map(({ id }) => id)).toEqual(["a"]);
    expect(await findings(ledger)).toEqual([]);
    const before = await ledger.readCatalog("folder", 0);
    await damage("DELETE FROM catalog WHERE id = 'b'");
    expect((await findings(ledger)).map(({ kind }) => kind)).toEqual(["projection"]);
    await ledger.rebuild();
    expect(await ledger.readCatalog("folder", 0)).toEqual(before);
    expect(await findings(ledger)).toEqual([]);
  });

  it("what an agent's runs add up to follows them through score, loss, retry and deletion, by digest and benchmark", async () => {
    const { ledger, damage } = subject();
    const glm = agentOf("glm");
    const again = { ...agentOf("glm"), digest: `sha256:${"e".repeat(64)}` } as typeof glm;
    await complete(ledger, { agent: glm }, ["score.recorded", { score: 0.25, passed: false, minScore: 1 }]);
    const passed = await complete(ledger, { agent: glm, subject: await benchmark(ledger, "002") });
    const lost = await start(ledger, { agent: again });
    await ingest(ledger, lost, startedRecord);
    await ledger.conclude(conclusionOf(lost, endingOf("gone", { code: "runner.gone", origin: "runner", message: "" })));
    await complete(ledger, { agent: null, kind: "command" });
    expect(await sumsOf(ledger)).toEqual([
      "glm b: 2 runs, 2 scored, 1 passed, 1.25",
      "glm e: 1 runs, 0 scored, 0 passed, 0",
    ]);
    const cells = await ledger.agentTallies({ agent: "glm", digest: glm?.digest ?? "", ...all });
    expect(cells.map(({ subject: id, runs, score }) => [id, runs, score])).toEqual([
      ["001", 1, 250_000_000],
      ["002", 1, 1_000_000_000],
    ]);
    expect((await ledger.agentTallies({ subject: "002", ...all })).map(({ runs }) => runs)).toEqual([1]);
    expect(await findings(ledger)).toEqual([]);
    await ledger.execute(lost.runId, { type: "retry", claim: null }, actor);
    await ledger.execute(passed.runId, { type: "delete", isForced: false }, actor);
    expect(await sumsOf(ledger)).toEqual(["glm b: 1 runs, 1 scored, 0 passed, 0.25"]);
    expect(await findings(ledger)).toEqual([]);
    await damage("DELETE FROM agent_tallies WHERE subject_id = ''");
    expect((await findings(ledger)).map(({ kind }) => kind)).toEqual(["count"]);
    await ledger.rebuild();
    expect(await sumsOf(ledger)).toEqual(["glm b: 1 runs, 1 scored, 0 passed, 0.25"]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("experiments are listed newest first, page by page, with what their runs add up to", async () => {
    const { ledger } = subject();
    const plans = [];
    for (let n = 0; n < 3; n += 1) {
      const plan = await samplePlan(ledger, { subjects: 1, trials: 1 });
      plans.unshift((await ledger.planExperiment(plan, actor)).id);
    }
    const first = await ledger.listExperiments({ pageSize: 2 });
    expect(first.experiments.map(({ id, tallies }) => [id, tallies[0]?.runs])).toEqual([
      [plans[0], 1],
      [plans[1], 1],
    ]);
    const second = await ledger.listExperiments({ pageSize: 2, pageToken: first.nextToken });
    expect(second).toMatchObject({ experiments: [{ id: plans[2] }], nextToken: null });
    expect(await codeOf(ledger.listExperiments({ pageToken: "x" }))).toBe("usage.bad-value");
  });

  it("events of a run are picked by type in both directions, and a call says how far it has looked", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    const log = (n: number): [string, object] => ["log.written", { level: "info", message: `line ${n}` }];
    await ingest(ledger, run, startedRecord, log(1), ["run.progressed", { done: 1 }], log(2), log(3));
    const { runId } = run;
    const pick = async (query: Partial<Parameters<Ledger["pickEvents"]>[0]>) => {
      const of = { runId, from: 0, direction: "after" as const, types: null, limit: 10, ...query };
      const { events, reached } = await ledger.pickEvents(of);
      return [events.map(({ seq }) => seq), reached];
    };
    const logs = { types: ["log.written"] };
    expect(await pick({})).toEqual([[1, 2, 3, 4, 5, 6, 7], 7]);
    expect(await pick(logs)).toEqual([[4, 6, 7], 7]);
    expect(await pick({ ...logs, limit: 2 })).toEqual([[4, 6], 6]);
    expect(await pick({ ...logs, from: 6 })).toEqual([[7], 7]);
    expect(await pick({ ...logs, from: 7 })).toEqual([[], 7]);
    expect(await pick({ ...logs, direction: "before", from: 7 })).toEqual([[6, 4], 1]);
    expect(await pick({ direction: "before", from: 5, limit: 2 })).toEqual([[4, 3], 3]);
    expect(await pick({ direction: "before", from: 1 })).toEqual([[], 1]);
    expect(await pick({ types: [] })).toEqual([[], 7]);
    await lose(ledger, run);
    await ledger.execute(runId, { type: "delete", isForced: false }, actor);
    expect(await codeOf(pick({}))).toBe("run.deleted");
  });

  it("runs are found by the beginning of their subject's id, with other filters and page by page", async () => {
    const { ledger } = subject();
    const ids: string[] = [];
    for (const id of ["sol-a", "sol-b", "spl", "sol-a", "so"]) {
      ids.unshift(await queue(ledger, { subject: await benchmark(ledger, id) }));
    }
    const [, third, , second, first] = ids;
    const found = await ledger.listRuns({ subjectPrefix: "sol" }, {});
    expect(found.runs.map(({ id }) => id)).toEqual([third, second, first]);
    const page = await ledger.listRuns({ subjectPrefix: "sol" }, { pageSize: 2 });
    expect(page.runs.map(({ id }) => id)).toEqual([third, second]);
    const rest = await ledger.listRuns({ subjectPrefix: "sol" }, { pageSize: 2, pageToken: page.nextToken });
    expect(rest.runs.map(({ id }) => id)).toEqual([first]);
    const agent = "deterministic";
    const narrow = await ledger.listRuns({ subjectPrefix: "sol-b", agent, statuses: ["queued", "running"] }, {});
    expect(narrow.runs.map(({ id }) => id)).toEqual([second]);
    expect((await ledger.listRuns({ subjectPrefix: "sol", statuses: ["running"] }, {})).runs).toEqual([]);
    expect((await ledger.listRuns({ subjectPrefix: "x%" }, {})).runs).toEqual([]);
  });

  it("a prefix of more subjects than have a strand each finds the same runs", async () => {
    const { ledger } = subject();
    const ids: string[] = [];
    for (let n = 10; n < 65; n += 1)
      ids.unshift(await queue(ledger, { subject: await benchmark(ledger, `many-${n}`) }));
    await queue(ledger, { subject: await benchmark(ledger, "other") });
    const page = await ledger.listRuns({ subjectPrefix: "many" }, { pageSize: 40 });
    const rest = await ledger.listRuns({ subjectPrefix: "many" }, { pageSize: 40, pageToken: page.nextToken });
    expect([...page.runs, ...rest.runs].map(({ id }) => id)).toEqual(ids);
  });
}

function sampleToken(change: Partial<NewToken> = {}): NewToken {
  return { id: "t0001", name: "ci", scopes: ["read"], expiresAt: null, hash: "a".repeat(64), who: actor, ...change };
}

async function benchmark(ledger: Ledger, id: string) {
  return { kind: "benchmark" as const, id, digest: await ledger.putBlob(Buffer.from("a subject")) };
}

type Change = { scope: string; added?: string[]; changed?: string[]; removed?: string[] };

/** @returns the event's position */
async function changeCatalog(ledger: Ledger, { scope, added = [], changed = [], removed = [] }: Change) {
  const digest = await ledger.putBlob(Buffer.from(newRunId()));
  const digests = Object.fromEntries([...added, ...changed].map((id) => [id, digest]));
  const data = { scope, added, changed, removed, digests, failed: [], who: actor };
  return (await ledger.record({ type: "catalog.changed", data }, actor)).position;
}

async function sumsOf(ledger: Ledger): Promise<string[]> {
  const sums = await ledger.agentTallies({ subject: null, ...all });
  return sums.map(
    ({ agent, digest, runs, scored, passed, score }) =>
      `${agent} ${digest[7]}: ${runs} runs, ${scored} scored, ${passed} passed, ${score / 1e9}`,
  );
}
