// Methods that ask to be told: of a signature, an account, each slot. A call only checks what is asked for, and is
// recorded; who is told, and through which connection, is the business of `subscriptions.ts`.

import { z } from "zod";
import { accountConfig } from "./account-data.ts";
import { addressParam, anyConfig, defineMethod } from "./method.ts";

export const subscriptionMethods = [
  defineMethod("signatureSubscribe", z.tuple([z.string().min(1).max(100), anyConfig]), () => true),
  defineMethod("accountSubscribe", z.tuple([addressParam, accountConfig.nullish()]), () => true),
  defineMethod("slotSubscribe", z.tuple([anyConfig]), () => true),
];
