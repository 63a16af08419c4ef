// Imported ahead of a program: its wall clock is off by as many milliseconds as the file says that `?file=` names, from
// one look at it to the next. What measures durations (`performance`, `os.uptime`) goes on as ever.
import { readFileSync } from "node:fs";

const file = new URL(import.meta.url).searchParams.get("file");
const RealDate = Date;

function steppedNow() {
  try {
    return RealDate.now() + Number(readFileSync(file, "utf8"));
  } catch {
    return RealDate.now();
  }
}

globalThis.Date = class SteppedDate extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [steppedNow()] : args));
  }
  static now() {
    return steppedNow();
  }
};
