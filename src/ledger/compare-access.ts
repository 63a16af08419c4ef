// Compares tokens, the catalog and the sums of agents with the events and runs that they come from.

import { isKnown, type LedgerEvent } from "../core/events.ts";
import type { RunStatus } from "../core/moves.ts";
import { type AgentTallyRow, agentTallyRows, type RunOfAgent } from "./agent-tally.ts";
import { type CatalogRow, catalogChange, catalogOfChanges } from "./catalog-row.ts";
import type { Finding } from "./ledger.ts";
import type { TokenRow } from "./token-row.ts";

/** Types that are read for these comparisons, in the order in which they are compared. */
export const accessTypes = ["catalog.changed", "token.created", "token.revoked"] as const;

/** @param events Of `accessTypes`, those of one type in their order. */
export function compareAccess(of: {
  events: readonly LedgerEvent[];
  tokens: readonly TokenRow[];
  catalog: readonly CatalogRow[];
}): Finding[] {
  return [...compareTokens(of.events, of.tokens), ...compareCatalog(of.events, of.catalog)];
}

/** A token that no event made is the one difference that lets somebody in. */
function compareTokens(events: readonly LedgerEvent[], tokens: readonly TokenRow[]): Finding[] {
  const shouldBe = new Map<string, string>();
  for (const event of events) {
    if (!isKnown(event)) continue;
    if (event.type === "token.created") {
      const { id, name, scopes, expiresAt } = event.data;
      shouldBe.set(id, tokenWords({ name, scopes: JSON.stringify(scopes), expires_at: timeOf(expiresAt) }, false));
    }
    if (event.type === "token.revoked") {
      const known = shouldBe.get(event.data.id);
      if (known !== undefined) shouldBe.set(event.data.id, known.replace("in force", "revoked"));
    }
  }
  const is = new Map(tokens.map((row) => [row.id, tokenWords(row, row.revoked_at !== null)]));
  return differences({ is, shouldBe, what: "token", kind: "projection" });
}

function compareCatalog(events: readonly LedgerEvent[], rows: readonly CatalogRow[]): Finding[] {
  const changes = events.flatMap((event) =>
    isKnown(event) && event.type === "catalog.changed" ? [catalogChange(event.data, event.position)] : [],
  );
  const named = (all: readonly CatalogRow[]) =>
    new Map(all.map(({ scope, id, digest, position }) => [`${scope}/${id}`, `${digest} of event ${position}`]));
  return differences({
    is: named(rows),
    shouldBe: named(catalogOfChanges(changes)),
    what: "catalog",
    kind: "projection",
  });
}

/** What of an ended run is read for the comparison: columns, and JSON texts out of its fold. */
export type EndedRow = {
  status: RunStatus;
  passed: number | null;
  subject_id: string;
  score: number | null;
  error: string | null;
  agent: string;
};

export function agentRun({ status, passed, subject_id, score, error, agent }: EndedRow): RunOfAgent {
  return {
    ...{ kind: "benchmark", status, score, subject: { id: subject_id } },
    passed: passed === null ? null : passed === 1,
    error: error === null ? null : (JSON.parse(error) as RunOfAgent["error"]),
    agent: JSON.parse(agent) as RunOfAgent["agent"],
  };
}

/** The sums of agents against the runs, given one after the other. */
export class AgentTallyComparison {
  readonly #counted = new Map<string, number[]>();

  add(run: RunOfAgent): void {
    for (const row of agentTallyRows(run)) {
      const sums = this.#counted.get(nameOf(row)) ?? [0, 0, 0, 0];
      this.#counted.set(
        nameOf(row),
        sumsOf(row).map((value, index) => value + (sums[index] ?? 0)),
      );
    }
  }

  end(rows: readonly AgentTallyRow[]): Finding[] {
    const words = (sums: readonly number[]) => `${sums.join()} (runs, scored, passed, score)`;
    const isSomething = (row: AgentTallyRow) => sumsOf(row).some((value) => value !== 0);
    const is = new Map(rows.filter(isSomething).map((row) => [nameOf(row), words(sumsOf(row))]));
    const shouldBe = new Map([...this.#counted].map(([name, sums]) => [name, words(sums)]));
    return differences({ is, shouldBe, what: "agent", kind: "count" });
  }
}

function differences(of: {
  is: ReadonlyMap<string, string>;
  shouldBe: ReadonlyMap<string, string>;
  what: string;
  kind: Finding["kind"];
}): Finding[] {
  const { is, shouldBe, what, kind } = of;
  return [...new Set([...is.keys(), ...shouldBe.keys()])].flatMap((name) => {
    const [kept, there] = [is.get(name) ?? "nothing", shouldBe.get(name) ?? "nothing"];
    if (kept === there) return [];
    return [{ runId: null, position: null, kind, detail: `${what} ${name}: ${kept} kept, ${there} there` }];
  });
}

function tokenWords(
  { name, scopes, expires_at }: Pick<TokenRow, "name" | "scopes" | "expires_at">,
  isRevoked: boolean,
) {
  return `${scopes} ${expires_at} ${isRevoked ? "revoked" : "in force"} ${JSON.stringify(name)}`;
}

function timeOf(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}

function nameOf({ agent, digest, reference, subject_id }: AgentTallyRow): string {
  return `${agent} ${digest}${reference === 1 ? " (reference)" : ""}, ${subject_id === "" ? "all" : subject_id}`;
}

function sumsOf({ runs, scored, passed, score }: AgentTallyRow): number[] {
  return [runs, scored, passed, score];
}
