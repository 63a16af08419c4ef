// Reads `ground_truth`: each assertion by the schema of its kind, each account by the declared names.

import type { Assertion } from "../scorers/assertion.ts";
import { assertionKinds, assertionKindsNotYet } from "../scorers/assertion-kinds.ts";
import { type GroundTruth, groundTruthSchema } from "../scorers/ground-truth.ts";
import type { ScoringProfile } from "../scorers/score-run.ts";
import type { Faults, Path } from "./faults.ts";

type Context = {
  raw: unknown;
  environment: string;
  scoring: ScoringProfile;
  /** Whether the text names an account: a declared placeholder or an address. */
  isAccount: (text: string) => boolean;
  /** The declared placeholders. */
  names: readonly string[];
  faults: Faults;
};

/** The ground truth, with every fault noted; what comes back is whole only if none was. */
export function parseGroundTruth(context: Context): GroundTruth {
  const { environment, faults } = context;
  const parsed = faults.parse(groundTruthSchema, context.raw, ["ground_truth"]);
  faults.throwIfAny();
  if (parsed === null) throw new Error("unreachable: faults are thrown above");
  const assertions = [
    ...parsed.final_state_assertions.map((raw, index) => parseAssertion(raw, "final_state_assertions", index, context)),
    ...parsed.answer_assertions.map((raw, index) => parseAssertion(raw, "answer_assertions", index, context)),
  ].filter((assertion) => assertion !== null);
  faults.throwIfAny();
  const earning = assertions.filter(({ invariant }) => !invariant);
  if (earning.length === 0)
    faults.add(["ground_truth"], "needs at least one assertion that is not invariant: nothing could be earned");
  if (parsed.transaction_status !== undefined && environment !== "solana") {
    faults.add(["ground_truth", "transaction_status"], `has no meaning in the environment ${environment}`, {
      atKey: true,
    });
  }
  checkExpectedInstructions(parsed.expected_instructions, context);
  if (
    context.scoring === "reev-1" &&
    parsed.expected_instructions.length === 0 &&
    !parsed.skip_instruction_validation
  ) {
    faults.add(["scoring"], "reev-1 needs expected_instructions or skip_instruction_validation");
  }
  const { expected_instructions, skip_instruction_validation, min_score } = parsed;
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

function parseAssertion(
  raw: unknown,
  list: "final_state_assertions" | "answer_assertions",
  index: number,
  context: Context,
): Assertion | null {
  const { faults } = context;
  const path: Path = ["ground_truth", list, index];
  const type = (raw as { type?: unknown } | null)?.type;
  if (typeof type !== "string") {
    faults.add(path, "must be a map with a type");
    return null;
  }
  const kind = Object.hasOwn(assertionKinds, type) ? assertionKinds[type] : undefined;
  if (kind === undefined) {
    noteUnknownType(type, path, faults);
    return null;
  }
  if (kind.list !== list) faults.add([...path, "type"], `${type} belongs into ${kind.list}`);
  if (kind.environments !== "all" && !kind.environments.includes(context.environment)) {
    faults.add([...path, "type"], `${type} has no meaning in the environment ${context.environment}`);
  }
  if (Object.hasOwn(raw as object, "address_derivation")) {
    faults.add([...path, "address_derivation"], "cannot be used yet", { atKey: true, isNotYet: true });
    return null;
  }
  const fields = faults.parse(kind.schema, raw, path);
  if (fields === null) return null;
  for (const { pubkey } of kind.subjects(fields)) checkAccount(pubkey, [...path, "pubkey"], context);
  // Instructions have a name of their own, which is not the assertion's.
  const name = Object.hasOwn(fields, "program_id") ? undefined : (fields.name as string | undefined);
  const { weight, invariant } = fields as { weight: number; invariant: boolean };
  return { type, weight, invariant, ...(name === undefined ? {} : { name }), line: faults.lineOf(path), fields };
}

function noteUnknownType(type: string, path: Path, faults: Faults): void {
  if (assertionKindsNotYet.includes(type)) {
    faults.add([...path, "type"], `the assertion ${type} cannot be judged yet`, { isNotYet: true });
  } else {
    const valid = [...Object.keys(assertionKinds), ...assertionKindsNotYet];
    faults.addUnknown([...path, "type"], "unknown assertion", type, valid);
  }
}

function checkExpectedInstructions(expected: GroundTruth["expected_instructions"], context: Context): void {
  for (const [index, { accounts }] of expected.entries()) {
    for (const [place, { pubkey }] of accounts.entries()) {
      checkAccount(pubkey, ["ground_truth", "expected_instructions", index, "accounts", place, "pubkey"], context);
    }
  }
}

function checkAccount(pubkey: string, path: Path, { isAccount, names, faults }: Context): void {
  if (!isAccount(pubkey)) faults.addUnknown(path, "no account is declared as", pubkey, names);
}
