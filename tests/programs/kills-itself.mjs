// Dies by the signal it is given, by name or number.
const [signal] = process.argv.slice(2);
process.kill(process.pid, Number(signal) || signal);
setInterval(() => {}, 60_000);
