import { expect, test } from "vitest";
import {
  type AccountState,
  type AccountSubject,
  type Observation,
  subjectKey,
} from "../../environments/observation.ts";
import { assertionKinds } from "../assertion-kinds.ts";

const address = "So11111111111111111111111111111111111111112";
const account = (fields: Record<string, string>, exists = true): AccountState => ({
  address,
  exists,
  lamports: exists ? "1" : "0",
  owner: exists ? "owner" : null,
  dataBytes: 0,
  fields,
});

/** Whether the assertion holds in a world of these accounts. */
function judge(given: { type: string } & Record<string, unknown>, accounts: Record<string, AccountState>, landed = 0) {
  const kind = assertionKinds[given.type];
  if (kind === undefined) throw new Error(`no kind ${given.type}`);
  const fields = kind.schema.parse(given);
  const transactions = Array.from({ length: landed }, () => ({ landed: true })) as Observation["transactions"];
  const now: Observation = { accounts, transactions };
  return kind.judge(fields, { start: now, now, ending: null });
}

const faultOf = (given: { type: string } & Record<string, unknown>) =>
  assertionKinds[given.type]?.schema.safeParse(given).error?.issues[0]?.message;

test("a token balance is judged to the smallest unit, at both ends", () => {
  const at = (amount: string, wanted: object) =>
    judge({ type: "TokenAccountBalance", pubkey: "A", ...wanted }, { A: account({ amount }) }).held;
  expect(["4", "5", "6"].map((amount) => at(amount, { expected: "5" }))).toEqual([false, true, false]);
  const range = { expected_gte: "5", expected_lte: "7" };
  expect(["4", "5", "7", "8"].map((amount) => at(amount, range))).toEqual([false, true, true, false]);
  expect(at("18446744073709551615", { expected_gte: "18446744073709551615" })).toBe(true);
  expect(at("8", { expected_lte: "7" })).toBe(false);
});

test("no account holds no tokens, and an account that is none of tokens has no balance", () => {
  const wanted = { type: "TokenAccountBalance", pubkey: "A", expected: "0" };
  expect(judge(wanted, { A: account({}, false) })).toMatchObject({ held: true, actual: "0" });
  expect(judge(wanted, { A: account({}) })).toMatchObject({ held: false, actual: "no token account" });
});

test("an associated token account is found by what its address derives from", () => {
  const address_derivation = {
    type: "AssociatedTokenAccount",
    owner: "OWNER",
    mint: "MINT",
    token_program: "token-2022",
  };
  const subject: AccountSubject = {
    kind: "associated_token_account",
    owner: "OWNER",
    mint: "MINT",
    tokenProgram: "token-2022",
  };
  const given = { type: "TokenAccountBalance", address_derivation, expected: "5" };
  expect(assertionKinds.TokenAccountBalance?.subjects(given)).toEqual([subject]);
  expect(judge(given, { [subjectKey(subject)]: account({ amount: "5" }) }).held).toBe(true);
  expect(judge({ type: "AccountClosed", address_derivation }, { [subjectKey(subject)]: account({}, false) }).held).toBe(
    true,
  );
});

test("a field is compared as text, and a declared account stands for its address", () => {
  const field = (equals: unknown, fields: Record<string, string>) =>
    judge(
      { type: "AccountField", pubkey: "A", field: "delegate", equals },
      { A: account(fields), SHOP_WALLET: account({}) },
    );
  expect(field("SHOP_WALLET", { delegate: address })).toEqual({
    held: true,
    expected: "SHOP_WALLET",
    actual: "SHOP_WALLET",
  });
  expect(field("SHOP_WALLET", { delegate: "none" })).toMatchObject({ held: false, actual: "none" });
  expect(field("none", { delegate: "none" }).held).toBe(true);
  expect(field("none", {})).toMatchObject({ held: false, actual: "no such field" });
  const frozen = { type: "AccountField", pubkey: "A", field: "memo_required", equals: true };
  expect(judge(frozen, { A: account({ memo_required: "true" }) }).held).toBe(true);
  const decimals = { type: "AccountField", pubkey: "A", field: "decimals", equals: 6n };
  expect(judge(decimals, { A: account({ decimals: "6" }) }).held).toBe(true);
  expect(judge(decimals, { A: account({}, false) })).toMatchObject({ held: false, actual: "no account" });
});

test("transactions that landed are counted", () => {
  const once = { type: "TransactionCount", max: 1n };
  expect([0, 1, 2].map((landed) => judge(once, {}, landed).held)).toEqual([true, true, false]);
});

test("an instruction may be asked for with what it was given", () => {
  const instruction = { programId: "Memo", name: "memo", args: { text: "payroll" } };
  const transactions = [
    { landed: true, status: "success", instructions: [instruction] },
  ] as unknown as Observation["transactions"];
  const now: Observation = { accounts: {}, transactions };
  const held = (args: object) => {
    const kind = assertionKinds.InstructionUsed;
    return kind?.judge({ program_id: "Memo", name: "memo", args }, { start: now, now, ending: null }).held;
  };
  expect(held({ text: "payroll" })).toBe(true);
  expect(held({ text: "payrol" })).toBe(false);
  expect(held({ other: "payroll" })).toBe(false);
});

test("an assertion that names no account, two, or no amount is refused", () => {
  expect(faultOf({ type: "TokenAccountBalance", expected: "1" })).toContain("either pubkey or address_derivation");
  expect(faultOf({ type: "TokenAccountBalance", pubkey: "A" })).toContain("either expected");
  expect(faultOf({ type: "TokenAccountBalance", pubkey: "A", expected: "1", expected_gte: "1" })).toContain(
    "either expected",
  );
  const both = { pubkey: "A", address_derivation: { type: "AssociatedTokenAccount", owner: "O", mint: "M" } };
  expect(faultOf({ type: "AccountExists", ...both })).toContain("either pubkey");
  expect(faultOf({ type: "AccountField", pubkey: "A", field: "balance", equals: "1" })).toBeDefined();
});
