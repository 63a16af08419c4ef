// Says that the server cannot be heard, and since when what the page shows is the last that is known.

import { WifiOff } from "lucide-react";
import { useSilence } from "../api/connection.ts";
import { Time } from "../design/time.tsx";

export function SilenceBanner() {
  const silence = useSilence();
  return (
    <div role="status" aria-live="polite">
      {silence === null ? null : (
        <div className="silence">
          <WifiOff size={15} aria-hidden />
          {silence.detail === null ? "The server does not answer" : `The server refuses: ${silence.detail}`} since{" "}
          <Time iso={new Date(silence.sinceMs).toISOString()} />. What you see is from before; it is tried again by
          itself.
        </div>
      )}
    </div>
  );
}
