// Leaves a daemon behind that has no variable left in its environment. The arguments mark the daemon's command line.
process.argv.splice(2, 0, "--clear-environment");
await import("./double-forks-with-setsid.mjs");
