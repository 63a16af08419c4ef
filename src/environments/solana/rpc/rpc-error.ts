// What goes wrong with a call of the RPC, as JSON-RPC has it: a code, words, and data for machines.

import type { Json } from "../../../core/document-value.ts";
import { RunledgerError } from "../../../core/errors.ts";

export type RpcError = { code: number; message: string; data?: Json };

/** Codes of JSON-RPC 2.0, and those that Solana's own nodes add. */
export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  preflightFailed: -32002,
} as const;

/** The error of a method, as a failed tool call: the record has its words, and the program all of it. */
export function rpcFailure(code: number, message: string, data?: Json): RunledgerError {
  const error: RpcError = data === undefined ? { code, message } : { code, message, data };
  return new RunledgerError("tool.failed", message, { data: { forProgram: { rpc: error } } });
}

export function invalidParams(message: string): RunledgerError {
  return rpcFailure(rpcCodes.invalidParams, `Invalid params: ${message}`);
}

/**
 * The VM's word for an error of a transaction as JSON, the way nodes say it: `InstructionError(0, Custom(1))` is
 * `{"InstructionError": [0, {"Custom": 1}]}`. What cannot be read stays the word that it is.
 */
export function transactionErrorJson(word: string): Json {
  const reader = new WordReader(word);
  try {
    const value = reader.value();
    return reader.isAtEnd() ? value : word;
  } catch {
    return word;
  }
}

/** Reads what Rust's Debug prints of an enum: a name, a name with values in (), or with fields in {}. */
class WordReader {
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/[A-Za-z_]\w*|-?\d+|"(?:[^"\\]|\\.)*"|[(){},:]/g) ?? [];
  }

  isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  value(): Json {
    const token = this.#next();
    if (/^-?\d/.test(token)) return Number(token);
    if (token.startsWith('"')) return JSON.parse(token) as Json;
    if (!/^[A-Za-z_]/.test(token)) throw new Error("no value");
    if (this.#tokens[this.#at] === "(") return { [token]: this.#values() };
    return this.#tokens[this.#at] === "{" ? { [token]: this.#fields() } : token;
  }

  /** One value stands for itself, several are a list. */
  #values(): Json {
    const values: Json[] = [];
    this.#take("(");
    for (;;) {
      values.push(this.value());
      if (this.#next() === ")") break;
    }
    return values.length === 1 ? (values[0] ?? null) : values;
  }

  #fields(): Json {
    const fields: Record<string, Json> = {};
    this.#take("{");
    for (;;) {
      const name = this.#next();
      this.#take(":");
      fields[name] = this.value();
      if (this.#next() === "}") return fields;
    }
  }

  #take(wanted: string): void {
    if (this.#next() !== wanted) throw new Error(`no ${wanted}`);
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error("it ends too soon");
    this.#at += 1;
    return token;
  }
}
