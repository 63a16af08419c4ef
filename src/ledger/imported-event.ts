// An event as an attempt folder or a file of another ledger tells it.

export type ImportedEvent = {
  attempt: number | null;
  v: number;
  type: string;
  at: string;
  actor: string;
  dataText: string;
  /** The journal record that it came from, if any. */
  record: { n: number; end: number; crc: string } | null;
};
