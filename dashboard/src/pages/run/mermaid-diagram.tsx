// A Mermaid text as a picture. The picture is an image, not a part of the page: whatever an agent managed to write into
// the text stays behind glass.

import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { ErrorLine, Loading } from "../../design/states.tsx";
import { download } from "./download.ts";

type Drawn = { svg: string; url: string; width: number };

export function MermaidDiagram({ text, name }: { text: string; name: string }) {
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isStale = false;
    let url = "";
    void draw(text).then(
      (svg) => {
        if (isStale) return;
        url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
        setDrawn({ svg, url, width: Number(/viewBox="[-\d.]+ [-\d.]+ ([\d.]+)/.exec(svg)?.[1] ?? 800) });
        setError(null);
      },
      (reason: unknown) => {
        if (!isStale) setError(reason);
      },
    );
    return () => {
      isStale = true;
      URL.revokeObjectURL(url);
    };
  }, [text]);
  if (error !== null) {
    return (
      <>
        <ErrorLine error={error} />
        <pre className="code-block">{text}</pre>
      </>
    );
  }
  if (drawn === null) return <Loading what="Drawing" />;
  return (
    <figure className="diagram">
      <img src={drawn.url} width={Math.ceil(drawn.width)} alt="Steps and calls in the order in which they were made" />
      <figcaption>
        <button
          type="button"
          className="button small"
          onClick={() => download(`${name}.svg`, drawn.svg, "image/svg+xml")}
        >
          <Download size={14} aria-hidden />
          SVG
        </button>
      </figcaption>
    </figure>
  );
}

let drawings = 0;

async function draw(text: string): Promise<string> {
  const { default: mermaid } = await import("mermaid");
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark";
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    theme: isDark ? "dark" : "neutral",
    // Words of an image are text of the image, not HTML within it.
    htmlLabels: false,
    flowchart: { htmlLabels: false, useMaxWidth: false, wrappingWidth: 420 },
    fontFamily: "system-ui, sans-serif",
    fontSize: 14,
  });
  drawings += 1;
  const { svg } = await mermaid.render(`drawing-${drawings}`, text);
  return svg;
}
