// Copies a text and says so.

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

const saidMs = 1_500;

/** `what` names the text: "the id". */
export function CopyButton({ text, what }: { text: string | (() => string); what: string }) {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const back = setTimeout(() => setState("idle"), saidMs);
    return () => clearTimeout(back);
  }, [state]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setState("copied");
    } catch {
      setState("refused");
    }
  };
  const words = { idle: `Copy ${what}`, copied: "Copied", refused: "The browser refused to copy" }[state];
  return (
    <button type="button" className="button quiet small icon-only" title={words} onClick={() => void copy()}>
      {state === "copied" ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      <span className="visually-hidden" aria-live="polite">
        {words}
      </span>
    </button>
  );
}
