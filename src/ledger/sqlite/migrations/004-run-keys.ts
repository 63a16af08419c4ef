// On PostgreSQL: what lists pick by, in rows that never change. SQLite touches an index only where a column of it has
// changed, so that a table of its own would save nothing here.

export const runKeys = {
  number: 4,
  name: "004-run-keys",
  compatibleFrom: 3,
  sql: "",
} as const;
