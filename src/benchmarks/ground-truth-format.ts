// Reads `ground_truth`: each assertion by the schema of its kind, each account by the declared names.

import type { FilesBeside } from "../environments/environment-format.ts";
import type { Subject } from "../environments/observation.ts";
import type { Assertion, AssertionKind } from "../scorers/assertion.ts";
import { assertionKind, assertionKindNames } from "../scorers/assertion-kinds.ts";
import { type GroundTruth, groundTruthSchema } from "../scorers/ground-truth.ts";
import type { ScoringProfile } from "../scorers/score-run.ts";
import type { Faults, Path } from "./faults.ts";

/** What every ground truth of one file is read with. */
export type TruthContext = {
  environment: string;
  scoring: ScoringProfile;
  /** Whether the text names an account: a declared placeholder or an address. */
  isAccount: (text: string) => boolean;
  /** The declared placeholders. */
  names: readonly string[];
  faults: Faults;
  files: FilesBeside;
};

type Context = TruthContext & {
  /** Where it stands in the file. */
  base: Path;
  /** It need not earn anything, since something else does. */
  mayBeEmpty?: boolean;
};

type List = AssertionKind["list"];

/** The ground truth. @throws `benchmark.invalid` or `benchmark.not-supported-yet` with every fault that was noted. */
export function parseGroundTruth(raw: unknown, context: Context): GroundTruth {
  const { environment, faults, base, mayBeEmpty = false } = context;
  const parsed = faults.parse(groundTruthSchema, raw, base);
  faults.throwIfAny();
  if (parsed === null) throw new Error("unreachable: faults are thrown above");
  const listed = (list: List) =>
    parsed[list].map((one, index) => parseAssertion(one, list, [...base, list, index], context));
  const assertions = [...listed("final_state_assertions"), ...listed("answer_assertions")].filter(
    (one) => one !== null,
  );
  faults.throwIfAny();
  const earning = assertions.filter(({ invariant }) => !invariant);
  if (earning.length === 0 && !mayBeEmpty)
    faults.add(base, "needs at least one assertion that is not invariant: nothing could be earned");
  if (parsed.transaction_status !== undefined && environment !== "solana") {
    faults.add([...base, "transaction_status"], `has no meaning in the environment ${environment}`, { atKey: true });
  }
  checkExpectedInstructions(parsed.expected_instructions, context);
  const { expected_instructions, skip_instruction_validation, min_score } = parsed;
  const hasComparison = expected_instructions.length > 0 || skip_instruction_validation;
  if (context.scoring === "reev-1" && !hasComparison && !(mayBeEmpty && earning.length === 0)) {
    faults.add(["scoring"], "reev-1 needs expected_instructions or skip_instruction_validation");
  }
  const status = parsed.transaction_status ?? defaultStatus(earning);
  return {
    transaction_status: environment === "solana" ? status : null,
    assertions,
    expected_instructions,
    skip_instruction_validation,
    min_score,
  };
}

/** Who is to decline is not to transact; everybody else is to succeed. */
function defaultStatus(earning: readonly Assertion[]): "None" | "Success" {
  return earning.length > 0 && earning.every(({ type }) => type === "Declined") ? "None" : "Success";
}

function parseAssertion(raw: unknown, list: List, path: Path, context: Context): Assertion | null {
  const { faults, environment, files } = context;
  const type = (raw as { type?: unknown } | null)?.type;
  if (typeof type !== "string") {
    faults.add(path, "must be a map with a type");
    return null;
  }
  const kind = assertionKind(type);
  if (kind === undefined) {
    faults.addUnknown([...path, "type"], "unknown assertion", type, assertionKindNames());
    return null;
  }
  if (kind.list !== list) faults.add([...path, "type"], `${type} belongs into ${kind.list}`);
  if (kind.environments !== "all" && !kind.environments.includes(environment)) {
    faults.add([...path, "type"], `${type} has no meaning in the environment ${environment}`);
  }
  const parsed = faults.parse(kind.schema, raw, path);
  if (parsed === null) return null;
  const fields = faults.attempt(path, () => kind.embed?.(parsed, files) ?? parsed) as Record<string, unknown> | null;
  if (fields === null) return null;
  for (const subject of kind.subjects(fields)) checkAccounts(subject, path, context);
  // Instructions have a name of their own, which is not the assertion's.
  const name = Object.hasOwn(fields, "program_id") ? undefined : (fields.name as string | undefined);
  const { weight, invariant } = fields as { weight: number; invariant: boolean };
  return { type, weight, invariant, ...(name === undefined ? {} : { name }), line: faults.lineOf(path), fields };
}

function checkExpectedInstructions(expected: GroundTruth["expected_instructions"], context: Context): void {
  for (const [index, { accounts }] of expected.entries()) {
    for (const [place, { pubkey }] of accounts.entries()) {
      checkAccount(pubkey, [...context.base, "expected_instructions", index, "accounts", place, "pubkey"], context);
    }
  }
}

function checkAccounts(subject: Subject, path: Path, context: Context): void {
  if (subject.kind === "account") checkAccount(subject.pubkey, [...path, "pubkey"], context);
  if (subject.kind !== "associated_token_account") return;
  checkAccount(subject.owner, [...path, "address_derivation", "owner"], context);
  checkAccount(subject.mint, [...path, "address_derivation", "mint"], context);
}

function checkAccount(pubkey: string, path: Path, { isAccount, names, faults }: Context): void {
  if (!isAccount(pubkey)) faults.addUnknown(path, "no account is declared as", pubkey, names);
}
