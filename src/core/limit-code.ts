// The error code of a limit that was met.

/** `wall_s` is `limit.wall_s`; a size is named without its unit: `memory_mib` is `limit.memory`. */
export function limitCode(limit: string): string {
  return `limit.${limit.endsWith("_mib") ? limit.slice(0, -"_mib".length) : limit}`;
}
