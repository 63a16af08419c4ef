// The environment `text`: a prompt in, an answer out. There is nothing to act on but the last word itself.

import type { Environment, World } from "../environment.ts";

export const textEnvironment: Environment = {
  open: async () => world,
  restore: async () => world,
};

const world: World = {
  summary: "text",
  names: {},
  tools: [],
  observe: async () => ({ accounts: {}, transactions: [] }),
  snapshot: async () => ({ state: null, bytes: new Uint8Array() }),
  [Symbol.asyncDispose]: async () => {},
};
