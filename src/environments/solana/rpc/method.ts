// The port of the RPC's methods: each is a tool that agents are not told of, so that a program's call is recorded, counted
// and limited like any other.

import type { Address } from "@solana/kit";
import { z } from "zod";
import type { Json } from "../../../core/document-value.ts";
import { defineTool, type Tool } from "../../../core/tool.ts";
import { isAddress } from "../base58.ts";
import type { SolanaState } from "../state.ts";
import { invalidParams } from "./rpc-error.ts";

/** The name under which a method is recorded. */
export function toolNameOf(method: string): string {
  return `rpc.${method}`;
}

/** The method that is recorded under this name. */
export function methodOf(toolName: string): string {
  return toolName.slice(toolNameOf("").length);
}

/**
 * Declares a method.
 * @param params A tuple of what it takes, in order; what is optional may be left out.
 */
export function defineMethod<Params extends z.ZodType>(
  name: string,
  params: Params,
  run: (state: SolanaState, params: z.output<Params>) => Json | Promise<Json>,
): (state: SolanaState) => Tool {
  return (state) => ({
    ...defineTool({
      name: toolNameOf(name),
      description: `The method ${name} of the RPC.`,
      args: z.strictObject({ params: z.array(z.json()).default([]) }),
      run: ({ params: given }) => {
        const parsed = params.safeParse(given);
        if (parsed.success) return run(state, parsed.data);
        const issue = parsed.error.issues[0];
        throw invalidParams(`${issue?.path.join(".") || "params"}: ${issue?.message}`);
      },
    }),
    isUnlisted: true,
  });
}

export const addressParam = z
  .string()
  .refine(isAddress, "must be a base58 address")
  .transform((text) => text as Address);

/** Commitments and slots that a caller may name are all the same here: what landed is final. */
export const anyConfig = z.looseObject({}).nullish();

/** A value with the slot of which it is true, as most answers come. */
export function inContext({ vm }: SolanaState, value: Json): Json {
  return { context: { slot: vm.slot(), apiVersion: versionOfApi }, value };
}

/** The node's version that these answers follow. */
export const versionOfApi = "3.0.0";
