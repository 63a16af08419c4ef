// Lives on through SIGTERM, SIGINT and SIGHUP, and says each time that it did.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => process.stdout.write(`${signal}\n`));
process.stdout.write("ready\n");
setInterval(() => {}, 60_000);
