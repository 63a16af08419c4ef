// What every operation of the ledger means, as claims. A database is supported when its adapter passes this suite whole.

import { afterEach, beforeEach, describe } from "vitest";
import { accessClaims } from "./contract/access.contract.ts";
import { commandClaims } from "./contract/commands.contract.ts";
import { copyClaims } from "./contract/copies.contract.ts";
import { experimentClaims } from "./contract/experiments.contract.ts";
import { journalClaims } from "./contract/journal.contract.ts";
import { keepingClaims } from "./contract/keeping.contract.ts";
import { limitClaims } from "./contract/limits.contract.ts";
import { queueClaims } from "./contract/queue.contract.ts";
import { readingClaims } from "./contract/reading.contract.ts";
import type { Subject } from "./contract/samples.contract.ts";
import { verificationClaims } from "./contract/verification.contract.ts";

/** Runs the suite on ledgers that `open` makes: a new and empty one for each claim. */
export function ledgerContract(name: string, open: () => Promise<Subject>): void {
  describe(`the ledger on ${name}`, () => {
    let opened: Subject | null = null;
    const subject = (): Subject => {
      if (opened === null) throw new Error("a ledger is open only within a claim");
      return opened;
    };
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });
    describe("commands", () => commandClaims(subject));
    describe("the queue", () => queueClaims(subject));
    describe("limits", () => limitClaims(subject));
    describe("journals", () => journalClaims(subject));
    describe("reading", () => readingClaims(subject));
    describe("keeping", () => keepingClaims(subject));
    describe("copies", () => copyClaims(subject));
    describe("experiments", () => experimentClaims(subject));
    describe("tokens, catalog and agents", () => accessClaims(subject));
    describe("verification", () => verificationClaims(subject));
  });
}
