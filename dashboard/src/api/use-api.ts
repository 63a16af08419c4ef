// Reading and changing by route name, for components. What is read is kept, shared and cancelled by the query cache.

import {
  type QueryKey,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import type { RunledgerError } from "../../../src/core/errors.ts";
import type { RouteName, Routes } from "../../../src/protocol/http.ts";
import type { CallOptions } from "../../../src/protocol/http-client.ts";
import type { AnswerOf } from "../../../src/protocol/http-route.ts";
import { listenToChanges } from "./change-feed.ts";
import { client } from "./client.ts";
import { useIsShown } from "./while-shown.ts";

export type ReadOptions = {
  /** Read again when runs change, at most once in a second. */
  isLive?: boolean;
  /** Read again after so many milliseconds, while somebody looks; for what no stream tells. */
  everyMs?: number;
  /** False: not yet, because something that it needs is not known. */
  isWanted?: boolean;
  /** The last answer stays while another one is read for other options. */
  keepsLast?: boolean;
  /** Read again when this changes. */
  version?: string;
};

/** How often what is live is read again, at most. */
const liveMs = 1_000;

/** What a route answers, read when the component is there. `data`, `error` and `refetch` are what pages need. */
export function useApi<N extends RouteName>(
  name: N,
  options: CallOptions<Routes[N]>,
  { isLive = false, everyMs, isWanted = true, keepsLast = false, version = "" }: ReadOptions = {},
): UseQueryResult<AnswerOf<Routes[N]>, RunledgerError> {
  const queryKey = [name, options, version] as const;
  useReadAgainOnChanges(queryKey, isLive && isWanted);
  const isShown = useIsShown();
  return useQuery<unknown, RunledgerError>({
    queryKey,
    queryFn: ({ signal }) => call(name, { ...options, signal }),
    enabled: isWanted,
    ...(everyMs === undefined ? {} : { refetchInterval: isShown && everyMs }),
    ...(keepsLast ? { placeholderData: (last: unknown) => last } : {}),
  }) as UseQueryResult<AnswerOf<Routes[N]>, RunledgerError>;
}

/** Calls a route that changes something. `mutate(options)` does it; `error` says why it was refused. */
export function useCall<N extends RouteName>(
  name: N,
  onDone?: (answer: AnswerOf<Routes[N]>) => void,
): UseMutationResult<AnswerOf<Routes[N]>, RunledgerError, CallOptions<Routes[N]>> {
  return useMutation<AnswerOf<Routes[N]>, RunledgerError, CallOptions<Routes[N]>>({
    mutationFn: (options) => call(name, options),
    ...(onDone === undefined ? {} : { onSuccess: onDone }),
  });
}

/** The client's call for a name that is a variable: its options and its answer belong together, which TypeScript cannot follow. */
function call<N extends RouteName>(name: N, options: CallOptions<Routes[N]>): Promise<AnswerOf<Routes[N]>> {
  return (client.call as (name: N, options: CallOptions<Routes[N]>) => Promise<AnswerOf<Routes[N]>>)(name, options);
}

function useReadAgainOnChanges(queryKey: QueryKey, isLive: boolean): void {
  const queries = useQueryClient();
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    if (!isLive) return;
    let due: ReturnType<typeof setTimeout> | null = null;
    let lastMs = 0;
    const readAgain = (): void => {
      if (due !== null) return;
      due = setTimeout(
        () => {
          due = null;
          lastMs = performance.now();
          void queries.invalidateQueries({ queryKey: JSON.parse(key) as QueryKey, exact: true });
        },
        Math.max(0, lastMs + liveMs - performance.now()),
      );
    };
    const stop = listenToChanges({ onChanges: readAgain, onReset: readAgain });
    return () => {
      stop();
      if (due !== null) clearTimeout(due);
    };
  }, [queries, key, isLive]);
}
