// A run's short id as a link to it.

import { Link } from "@tanstack/react-router";
import { shortId } from "../../../src/core/ids.ts";

export function RunLink({ id }: { id: string }) {
  return (
    <Link to="/runs/$runId" params={{ runId: id }} className="id" title={id}>
      {shortId(id)}
    </Link>
  );
}
