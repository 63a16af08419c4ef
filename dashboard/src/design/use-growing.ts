// A long list of which more is drawn as its end comes into sight.

import { type RefCallback, useCallback, useState } from "react";

/** @returns how many to draw by now, and what to hang on an element after the last one, which gets `shown` as its key */
export function useGrowing(total: number, step: number): { shown: number; atEnd: RefCallback<HTMLElement> } {
  const [wanted, setWanted] = useState(step);
  const atEnd = useCallback(
    (node: HTMLElement | null) => {
      if (node === null) return;
      const observer = new IntersectionObserver((entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setWanted((last) => last + step);
      });
      observer.observe(node);
      return () => observer.disconnect();
    },
    [step],
  );
  return { shown: Math.min(total, wanted), atEnd };
}
