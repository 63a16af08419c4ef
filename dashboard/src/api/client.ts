// The server of these pages, by the typed client that programs use, too.

import { RunledgerError } from "../../../src/core/errors.ts";
import { createClient } from "../../../src/protocol/http-client.ts";
import { heard, unheard } from "./connection.ts";

/** Calls routes of the server that sent this page; what fails is thrown as a RunledgerError. */
export const client = createClient({ url: location.origin, fetch: watchedFetch });

/** A server that does not answer is a fact of its own, with its own words, and the banner's business. */
async function watchedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  try {
    const response = await fetch(input, init);
    heard("requests");
    return response;
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    unheard("requests");
    throw new RunledgerError("server.unreachable", "the server of this page does not answer");
  }
}
