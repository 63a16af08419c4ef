// When a worker may no longer believe that others know of it: by renewals that the ledger has confirmed, and no others.
// Renewals come every other second, so these tests wait for them side by side.

import { uptime } from "node:os";
import { describe, expect, it } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { systemLimits } from "../core/system-limits.ts";
import { keepLease, type Lease } from "./lease.ts";
import { until, Worksite, withMembers } from "./worksite.fixture.ts";

type Held = Lease & AsyncDisposable;

/** A lease that is in doubt after this many seconds without a renewal; `renew` is what the ledger does of each. */
async function leaseInDoubtAfter(seconds: number, site: Worksite, renew: () => Promise<void>): Promise<Held> {
  const takeoverAfterMs = systemLimits.freezeBeforeTakeoverMs + seconds * 1000;
  const lease = await keepLease(withMembers(site.ledger, { takeoverAfterMs, renew }), "w");
  return { ...lease, [Symbol.asyncDispose]: () => lease.close() };
}

describe.concurrent("a lease", () => {
  it("on one host is never in doubt, and vouches with the present", async () => {
    await using site = await Worksite.open();
    const lease = await keepLease(site.ledger, "w");
    const beforeS = uptime();
    expect(lease.vouchUptimeS()).toBeGreaterThanOrEqual(beforeS);
    expect(lease.isDoubtful()).toBe(false);
    await lease.close();
  });

  it("that cannot be taken at the start is not kept", async () => {
    await using site = await Worksite.open();
    const away = new RunledgerError("ledger.unreachable", "no route to it");
    await expect(leaseInDoubtAfter(60, site, () => Promise.reject(away))).rejects.toBe(away);
  });

  it("is in doubt when it is too old, and counts anew from a renewal that the ledger has confirmed", async () => {
    await using site = await Worksite.open();
    await using lease = await leaseInDoubtAfter(0.3, site, async () => undefined);
    const firstS = lease.vouchUptimeS();
    await until("it is in doubt", () => lease.isDoubtful());
    // What was confirmed last is what it may vouch with, however much later it is.
    expect(lease.vouchUptimeS()).toBe(firstS);
    await until("it was renewed", () => lease.vouchUptimeS() > firstS);
  });

  it("stays in doubt by renewals that fail, which is said once, and goes on trying", async () => {
    await using site = await Worksite.open();
    const warnings: string[] = [];
    const hear = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", hear);
    let tries = 0;
    await using lease = await leaseInDoubtAfter(0.2, site, async () => {
      tries += 1;
      if (tries > 1) throw new RunledgerError("ledger.unreachable", "no route to it");
    });
    const firstS = lease.vouchUptimeS();
    await until("it has failed twice", () => tries >= 3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lease.isDoubtful()).toBe(true);
    expect(lease.vouchUptimeS()).toBe(firstS);
    process.off("warning", hear);
    expect(warnings.filter((warning) => warning.includes("ledger.unreachable"))).toHaveLength(1);
  });

  it("whose renewal hangs does not keep its worker from ending", async () => {
    await using site = await Worksite.open();
    let tries = 0;
    const lease = await leaseInDoubtAfter(3_600, site, () => {
      tries += 1;
      return tries === 1 ? Promise.resolve() : new Promise<void>(() => undefined);
    });
    await until("a renewal hangs", () => tries === 2);
    await lease.close();
    expect(lease.isDoubtful()).toBe(false);
  });
});
