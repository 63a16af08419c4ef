// Draws what `runledger run benchmarks/001-sol-transfer.yml` shows on a terminal as docs/run.svg: the picture of the
// README is a recording of the product, never a drawing of a wish. Needs `script` (util-linux) for a terminal.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const columns = 124;
const cell = { width: 7.83, height: 18, fontSize: 13 };
const margin = 18;
const colours: Record<string, string> = { 31: "#e06c75", 32: "#6fbf73", 33: "#d9b36c", 36: "#6cb6d9" };

const esc = "\u001b";
const colourChange = new RegExp(`(${esc}\\[[0-9;]*m)`);

type Span = { text: string; isBold: boolean; isDim: boolean; colour: string | null };

const folder = mkdtempSync(join(tmpdir(), "runledger-draw-"));
try {
  const command = `npx runledger run benchmarks/001-sol-transfer.yml`;
  const real = `stty cols ${columns}; node ${root}bin/runledger.mjs run ${root}benchmarks/001-sol-transfer.yml --seed 7`;
  const shown = execFileSync("script", ["-qec", real, "/dev/null"], { cwd: folder, encoding: "utf8" });
  const lines = [`$ ${command}`, ...shown.replaceAll("\r", "").replaceAll(folder, "~/bench").trimEnd().split("\n")];
  writeFileSync(join(root, "docs/run.svg"), svgOf(lines.map(spansOf)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One line of terminal output in parts of one look each. */
function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let look = { isBold: false, isDim: false, colour: null as string | null };
  for (const part of line.split(colourChange)) {
    const codes = part.startsWith(esc) ? part.slice(2, -1) : undefined;
    if (codes === undefined) {
      if (part !== "") spans.push({ text: part, ...look });
      continue;
    }
    for (const code of codes.split(";")) {
      if (code === "1") look = { ...look, isBold: true };
      else if (code === "2") look = { ...look, isDim: true };
      else if (colours[code] !== undefined) look = { ...look, colour: colours[code] };
      else look = { isBold: false, isDim: false, colour: null };
    }
  }
  return spans;
}

function svgOf(lines: Span[][]): string {
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = lines.length * cell.height + 2 * margin;
  const rows = lines.map((spans, index) => {
    const y = margin + (index + 0.75) * cell.height;
    return `<text x="${margin}" y="${y}" xml:space="preserve">${spans.map(tspan).join("")}</text>`;
  });
  const style = `font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="${cell.fontSize}" fill="#d7dae0"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A benchmark run in a terminal">
<rect width="${width}" height="${height}" rx="8" fill="#1b1f27"/>
<g ${style}>
${rows.join("\n")}
</g>
</svg>
`;
}

function tspan({ text, isBold, isDim, colour }: Span): string {
  const look = [
    isBold ? ' font-weight="bold"' : "",
    isDim ? ' fill="#8a91a0"' : "",
    colour === null ? "" : ` fill="${colour}"`,
  ];
  return `<tspan${look.join("")}>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</tspan>`;
}
