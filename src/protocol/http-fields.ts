// Fields that many routes have in common: ids in paths, paging, times.

import { z } from "zod";
import { systemLimits } from "../core/system-limits.ts";

/** Any text is taken and looked up; what names nothing is not found. Long texts are no names. */
const idText = z.string().min(1).max(200);

export const byId = z.object({ id: idText });

/** Texts of queries that are numbers; clients may give numbers. */
export function queryCount(min: number, max: number) {
  return z.coerce.number<number>().int().min(min).max(max);
}

export const queryFlag = z.enum(["true", "false"]);
export const queryText = z.string().min(1).max(500);

/** RFC 3339 with a zone, or a date. */
export const queryTime = z
  .string()
  .max(40)
  .refine((text) => /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text)), {
    error: "must be a time like 2026-11-22T10:00:00Z",
  })
  .meta({ description: "RFC 3339 time or date." });

export const paging = {
  pageSize: queryCount(1, systemLimits.pageRowsMax).default(50).optional(),
  pageToken: queryText.optional().meta({ description: "nextPageToken of the page before, with the same filters." }),
};

/** The token of the next page; null at the end. A page may come back short with a token. */
export const nextPageToken = z.string().nullable();

export const label = z
  .string()
  .max(500)
  .regex(/^[^=]+=/, "must be KEY=VALUE");

/** An id that becomes a run's or an experiment's. */
export const givenId = z.uuid().toLowerCase();

export const labelMap = z
  .record(z.string().min(1).max(100), z.string().max(500))
  .refine((labels) => Object.keys(labels).length <= 50, "at most 50 labels");
