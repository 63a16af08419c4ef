// Programs and accounts that the options bring along from files.

import type { Address } from "@solana/kit";
import { RunledgerError } from "../../../core/errors.ts";
import type { WorldOptions } from "../embed-files.ts";
import type { Vm } from "../vm.ts";

/** Adds them to the VM, before the declared accounts, which may build on them. */
export function addFromFiles(vm: Vm, { programs, accounts }: WorldOptions): void {
  for (const { id, base64 } of programs) {
    try {
      vm.addProgram(id as Address, Buffer.from(base64, "base64"));
    } catch (error) {
      throw new RunledgerError(
        "benchmark.invalid",
        `the VM does not take the program ${id}: ${(error as Error).message}`,
      );
    }
  }
  for (const { pubkey, lamports, owner, executable, base64 } of accounts) {
    const data = new Uint8Array(Buffer.from(base64, "base64"));
    vm.setAccount(pubkey as Address, { lamports: BigInt(lamports), owner: owner as Address, data, executable });
  }
}
