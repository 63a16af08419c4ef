// Says that it is there and does nothing for ever. Further arguments only mark its command line.
process.stdout.write("ready\n");
setInterval(() => {}, 60_000);
