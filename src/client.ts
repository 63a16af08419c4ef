// `runledger/client`: the typed client of the HTTP API, for programs of users. What it exports is a promise; the types
// beside it (types/client.d.ts) are made from the table of routes.

// biome-ignore lint/performance/noBarrelFile: this is the package's entry, which other packages import and nobody here
export { RunledgerError } from "./core/errors.ts";
export { createClient } from "./protocol/http-client.ts";
