// The operations of the port that are not about single runs, as requests to the thread.

import { eventOfRow } from "../event-row.ts";
import { experimentPage, experimentRequest } from "../experiment-page.ts";
import type { LedgerAccess } from "../ledger-access.ts";
import { reachedOf } from "../pick-events.ts";
import type { ThreadClient } from "./thread-client.ts";

export function accessOperations(client: ThreadClient): LedgerAccess {
  return {
    async pickEvents(query) {
      const { rows, newest } = await client.call("pickEvents", query);
      const events = rows.map(eventOfRow);
      return {
        events,
        reached: reachedOf(
          query,
          events.map(({ seq }) => seq),
          newest,
        ),
      };
    },
    async listExperiments(options) {
      const { pageSize, before } = experimentRequest(options);
      return experimentPage(await client.call("listExperiments", { before, limit: pageSize + 1 }), pageSize);
    },
    agentTallies: (query) => client.call("agentTallies", query),
    readCatalog: (scope, afterPosition) => client.call("readCatalog", { scope, afterPosition }),
    createToken: async (token, actor) => eventOfRow(await client.call("createToken", { token, actor })),
    getToken: (id) => client.call("getToken", { id }),
    listTokens: () => client.call("listTokens", {}),
  };
}
