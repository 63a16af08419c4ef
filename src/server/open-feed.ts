// A live stream of the ledger as a request asks for it: where it goes on from, and its first message.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "./auth.ts";
import { type Render, serveFeed } from "./feed-stream.ts";
import { lastEventId, openStream } from "./open-stream.ts";
import type { Site } from "./site.ts";
import { sseMessage } from "./sse-output.ts";

type AskedFeed = {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  caller: Caller;
  site: Site;
  query: { after?: string | undefined };
};

/** Serves a stream from where the client was or wants to begin, and from now on otherwise. @throws RunledgerError `request.too-many` */
export async function openFeed(asked: AskedFeed, render: Render): Promise<void> {
  const { ledger, hub, streams } = asked.site;
  const from = lastEventId(asked.incoming) ?? asked.query.after ?? null;
  const cursor = from ?? (await ledger.headCursor());
  const output = openStream(asked, streams);
  // Who begins now must be able to come back to now, even if nothing has happened by then.
  const data = JSON.stringify({ cursor });
  output.write(Buffer.from(sseMessage({ id: from === null ? cursor : null, type: "open", data })));
  serveFeed({ ledger, hub, output, cursor, render });
}
