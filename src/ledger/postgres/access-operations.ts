// The operations of the port that are not about single runs.

import { RunledgerError } from "../../core/errors.ts";
import type { EventRow } from "../event-row.ts";
import { eventOfRow } from "../event-row.ts";
import { experimentPage, experimentRequest } from "../experiment-page.ts";
import type { LedgerAccess } from "../ledger-access.ts";
import { reachedOf } from "../pick-events.ts";
import { readCatalog } from "./catalog.ts";
import type { Line } from "./line.ts";
import type { Write } from "./members.ts";
import { agentTallies } from "./move-agent-tally.ts";
import { pickEvents } from "./pick-events.ts";
import { listExperiments } from "./read-experiment.ts";
import { getToken, listTokens } from "./tokens.ts";
import type { Writer } from "./writer.ts";

export function accessOperations({ readLine: line, writer }: { readLine: Line; writer: Writer<Write> }): LedgerAccess {
  return {
    async pickEvents(query) {
      const { rows, newest, isGone } = await line.do((connection) => pickEvents(connection, query));
      if (isGone)
        throw new RunledgerError("run.deleted", `run ${query.runId} was deleted`, { data: { runId: query.runId } });
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
      const found = await line.do((connection) => listExperiments(connection, { before, limit: pageSize + 1 }));
      return experimentPage(found, pageSize);
    },
    agentTallies: (query) => line.do((connection) => agentTallies(connection, query)),
    readCatalog: (scope, afterPosition) => line.do((connection) => readCatalog(connection, { scope, afterPosition })),
    createToken: async (token, actor) =>
      eventOfRow(await writer.write<EventRow>({ name: "createToken", token, actor })),
    getToken: (id) => line.do((connection) => getToken(connection, id)),
    listTokens: () => line.do(listTokens),
  };
}
