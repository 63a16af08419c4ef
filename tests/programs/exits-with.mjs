// Exits with the code it is given, after printing the lines that follow it to stderr.
const [code, ...lines] = process.argv.slice(2);
for (const line of lines) process.stderr.write(`${line}\n`);
process.exitCode = Number(code);
