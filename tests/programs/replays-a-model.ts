// Asks a model that is answered from a recording, in a process that was started without the right to use the network
// or to read any provider's package, and prints what came of that and of two proofs that those rights are missing.

import { connect } from "node:net";
import { openModel } from "../../src/models/providers.ts";
import { openReplay } from "../../src/models/recorded.ts";

const [recording = "", requestText = ""] = process.argv.slice(2);
const signal = new AbortController().signal;

const reply = await openReplay(recording).model("glm-4.6").answer(JSON.parse(requestText), signal);
const socket = await new Promise((resolve) => {
  try {
    connect(9, "127.0.0.1", () => resolve("connected")).once("error", (error) => resolve(codeOf(error)));
  } catch (error) {
    resolve(codeOf(error));
  }
});
const provider = await openModel("glm-4.6", { ZAI_API_KEY: "key" }, {}).then(() => "opened", codeOf);
process.stdout.write(JSON.stringify({ text: reply.text, socket, provider }));

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
