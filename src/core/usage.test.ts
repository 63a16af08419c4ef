import { expect, test } from "vitest";
import { tallyRowOf } from "../ledger/counted.ts";
