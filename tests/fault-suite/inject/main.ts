// What the suite loads into each process of the product before anything else (`--import`), with the file of its plan in
// the address. It does no more than hand that on: its own address is another for each process, so it is never cached.

import { inject } from "./inject.ts";

const plan = new URL(import.meta.url).searchParams.get("plan");
if (plan !== null) await inject(plan, import.meta.url);
