// Where a model is, as its adapter needs it.

export type ModelPlace = {
  /** As the agent's name has it. */
  name: string;
  provider: string;
  /** As the provider knows it. */
  model: string;
  /** Without a slash at its end. */
  baseUrl: string;
  /** Null where the provider takes none. */
  key: string | null;
  /** Whether the model gets back what it thought, as plain text. */
  returnsReasoning: boolean;
};
