// The way of a trace to an endpoint that takes its time: a real one.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { finished, type Line, started } from "./attempt-folder.fixture.ts";
import { exportTrace } from "./export-trace.ts";
import { settle } from "./settle.ts";
import { Worksite } from "./worksite.fixture.ts";

const timeoutMs = 1_500;

/** More spans than one request holds. */
function calls(count: number): Line[] {
  return Array.from({ length: count }, (_, at) => `call-${at}`).flatMap((callId) => [
    { type: "tool.called", data: { callId, tool: "look", args: {} } },
    { type: "tool.returned", data: { callId, tool: "look", ok: true, result: null, ms: 1 } },
  ]);
}

it("holds the worker for one timeout, however many requests a trace takes", { timeout: 60_000 }, async () => {
  await using site = await Worksite.open();
  const { runId } = await site.abandoned([started, ...calls(350), finished()]);
  await settle(site.ledger);
  // Each answer comes well within the timeout, and all of them do not.
  const server = createServer((request, response) => {
    request.resume().once("end", () => setTimeout(() => response.end("{}"), timeoutMs * 0.6));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: String(timeoutMs),
  };
  try {
    await expect(exportTrace(site.ledger, runId, env)).rejects.toMatchObject({
      ...{ code: "trace.not-sent", message: expect.stringContaining("did not take all of it in 1.5 s") },
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
