// Cleans up on SIGTERM and exits with 0, as a well-behaved program does.
process.on("SIGTERM", () => {
  process.stdout.write("cleaned up\n");
  process.exit(0);
});
process.stdout.write("ready\n");
setInterval(() => {}, 60_000);
