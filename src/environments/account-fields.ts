// The fields that the data of Solana accounts is read into, by name: what `AccountField` may ask for, what
// `get_account` answers, and what a later step of a flow may refer to.

/** Field to its meaning, kind by kind. */
export const accountFields = {
  mint: "token account: its mint",
  owner: "token account: the wallet that it belongs to",
  amount: "token account: tokens held, in the smallest unit",
  delegate: "token account: who may spend from it besides its owner, or none",
  delegated_amount: "token account: how much the delegate may still spend",
  state: "token account: initialized or frozen",
  is_native: "token account: true if it holds wrapped SOL",
  close_authority: "token account or Token-2022 mint: who may close it, or none",
  withheld_fee: "Token-2022 account or mint: transfer fees that it holds back, in the smallest unit",
  memo_required: "Token-2022 account: true if incoming transfers need a memo",
  immutable_owner: "Token-2022 account: true if its owner cannot change",
  decimals: "mint: decimal places",
  supply: "mint: tokens in existence, in the smallest unit",
  mint_authority: "mint: who may mint, or none",
  freeze_authority: "mint: who may freeze, or none",
  transfer_fee_basis_points: "Token-2022 mint: fee of a transfer in hundredths of a percent",
  transfer_fee_maximum: "Token-2022 mint: most that a transfer may cost, in the smallest unit",
  transfer_fee_authority: "Token-2022 mint: who may change the fee, or none",
  withdraw_withheld_authority: "Token-2022 mint: who may collect withheld fees, or none",
  permanent_delegate: "Token-2022 mint: who may move anybody's tokens",
  non_transferable: "Token-2022 mint or account: true if its tokens cannot be moved",
  nonce_authority: "nonce account: who may advance it",
  nonce: "nonce account: the value that stands in for a blockhash",
  "stake.state": "stake account: initialized, delegated or uninitialized",
  "stake.staker": "stake account: who may delegate and deactivate",
  "stake.withdrawer": "stake account: who may withdraw",
  "stake.voter": "stake account: the vote account delegated to, or none",
  "stake.amount": "stake account: lamports delegated",
  "stake.activation_epoch": "stake account: when the delegation began; none for one that always was",
  "stake.deactivation_epoch": "stake account: when the delegation ends, or none",
  "lookup_table.authority": "lookup table: who may extend it, or none",
  "lookup_table.addresses": "lookup table: how many addresses it holds",
} as const satisfies Record<string, string>;

export type AccountFieldName = keyof typeof accountFields;

export const accountFieldNames = Object.keys(accountFields) as [AccountFieldName, ...AccountFieldName[]];
