// What the server answered, kept while it is looked at.

import { QueryClient } from "@tanstack/react-query";
import { RunledgerError } from "../../../src/core/errors.ts";

/** Refusals stay refusals; a server that is not there may come back. */
const worthAnotherTry = ["server.unreachable", "server.starting"];
const triesMax = 2;
/** How long an answer is kept once nothing on the page shows it. */
const keptMs = 60_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      gcTime: keptMs,
      staleTime: 1_000,
      refetchOnWindowFocus: true,
      networkMode: "always",
      retry: (count, error) =>
        count < triesMax && error instanceof RunledgerError && worthAnotherTry.includes(error.code),
      retryDelay: (count) => 250 * 2 ** count,
    },
    mutations: { networkMode: "always" },
  },
});
