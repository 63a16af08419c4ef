// Prints the variable SECRET in two writes with a pause between them, to both streams.
const secret = process.env.SECRET;
const middle = Math.floor(secret.length / 2);
for (const stream of [process.stdout, process.stderr]) stream.write(`before ${secret.slice(0, middle)}`);
setTimeout(() => {
  for (const stream of [process.stdout, process.stderr]) stream.write(`${secret.slice(middle)} after\n`);
}, 50);
