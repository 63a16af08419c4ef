// Takes 8 MiB of memory after the other and writes to all of it, so that it really is taken.
const kept = [];
process.stdout.write("ready\n");
setInterval(() => kept.push(Buffer.alloc(8 * 1024 * 1024, kept.length + 1)), 5);
