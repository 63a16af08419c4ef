// The flow of a run as a page of its own: the diagram's text, readable without any script; the pages draw it.

import type { Run } from "../core/run.ts";
import { statusLine, subjectWords } from "./run-words.ts";
import { plainTones } from "./tone.ts";

/** HTML without scripts, styles from elsewhere, or anything that an agent wrote unescaped. */
export function flowPage(run: Run, diagram: string): string {
  const title = `${subjectWords(run)} · ${run.agent?.name ?? run.kind}`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(run.id)} · ${escaped(plainTones(statusLine(run)))}</p>
<pre class="mermaid">${escaped(diagram)}</pre>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
