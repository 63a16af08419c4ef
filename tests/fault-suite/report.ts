// What a campaign found, in words and as the table of docs/reliability.md.

import { readFileSync, writeFileSync } from "node:fs";
import { table } from "../../scripts/markdown-table.ts";
import type { Campaign } from "./campaign.ts";
import { pointKey, points, type Role } from "./points.ts";

const processes: Record<Role, string> = {
  runner: "runner",
  supervisor: "`run`, `exec`, `retry`, `resume`, `worker`, `serve`",
  bystander: "whoever comes next: `ls`, `watch`, `cancel`, `pause`, `rm`, another `worker`",
};

/** The table of points: none is left out, and one that was never hit shows it. */
export function hitsTable({ hits }: Pick<Campaign, "hits">): string {
  const rows = points.flatMap((point) => {
    const hit = hits[pointKey(point)];
    if (hit === undefined) return [];
    return [[point.process, point.name, point.what, point.moments.join(", "), String(hit.kills), String(hit.others)]];
  });
  return table(["process", "point", "it", "killed", "kills", "stopped, starved, damaged, clock or disk"], rows);
}

/** One line that says how it went. */
export function summary({ seed, kills, episodes, atOnce, failures, hits, seconds }: Campaign): string {
  const least = Math.min(...Object.values(hits).map((hit) => hit.kills));
  const result = failures.length === 0 ? "0 disagreements" : `${failures.length} episodes with disagreements`;
  return `seed ${seed}: ${kills} kills in ${episodes} episodes, each point at least ${least} times, ${atOnce} at once, ${seconds.toFixed(0)} s: ${result}`;
}

/** Everything that a campaign has to say, for its folder. */
export function campaignText(campaign: Campaign): string {
  return [summary(campaign), hitsTable(campaign), ...campaign.failures].join("\n\n");
}

const page = new URL("../../docs/reliability.md", import.meta.url);
const marksOf = {
  sqlite: { begin: "<!-- begin kills: made by npm run faults -- --write -->", end: "<!-- end kills -->" },
  postgres: {
    begin: "<!-- begin kills on PostgreSQL: made by npm run faults -- --ledger postgres --write -->",
    end: "<!-- end kills on PostgreSQL -->",
  },
};

/** Puts the table of a campaign into the page. */
export function writePage(campaign: Campaign, ledger: keyof typeof marksOf): void {
  const marks = marksOf[ledger];
  const text = readFileSync(page, "utf8");
  const [before, rest] = split(text, marks.begin);
  const [, after] = split(rest, marks.end);
  const legend = Object.entries(processes).map(([name, words]) => `- **${name}**: ${words}`);
  const made = [summary(campaign), "", ...legend, "", hitsTable(campaign)].join("\n");
  writeFileSync(page, `${before}${marks.begin}\n\n${made}\n\n${marks.end}${after}`);
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`docs/reliability.md has no ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
