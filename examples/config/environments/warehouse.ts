// A world of a project's own: bins with goods. Its state is plain data; tools change it, scorers ask for its facts.
import { defineEnvironment, defineTool, toolFailed, type World, z } from "runledger/config";

const bin = z.strictObject({
  bin: z.string().regex(/^[A-Z]\d{1,2}$/, "must be a letter and a number, such as B2"),
  item: z.string().min(1).nullable().default(null),
  count: z.int().min(0).default(0),
});
const options = z.strictObject({ capacity: z.int().positive().default(100) });

type Bins = Record<string, { item: string | null; count: number }>;

export const warehouse = defineEnvironment({
  state: bin,
  options,
  toolNames: ["list_bins", "move_goods"],
  async open({ initialState, options: { capacity } }) {
    const bins = Object.fromEntries(initialState.map(({ bin: name, item, count }) => [name, { item, count }]));
    return worldOf(bins, capacity);
  },
  // All that a world needs to go on in another process lay in its snapshot.
  async restore({ options: { capacity } }, { state }) {
    return worldOf(state as Bins, capacity);
  },
});

function worldOf(bins: Bins, capacity: number): World {
  return {
    summary: `a warehouse of ${Object.keys(bins).length} bins`,
    names: {},
    tools: [
      defineTool({
        name: "list_bins",
        description: `Lists all bins with what lies in them. A bin holds at most ${capacity} pieces of one kind.`,
        args: z.strictObject({}),
        run: () => structuredClone(bins),
      }),
      defineTool({
        name: "move_goods",
        description: "Moves pieces from one bin to another, which must be empty or hold the same goods.",
        args: z.strictObject({ from: z.string(), to: z.string(), count: z.int().positive() }),
        run: (order) => move(bins, capacity, order),
      }),
    ],
    look: async () => structuredClone(bins),
    // A scorer asks for facts by name; here each bin is one.
    async observe(subjects) {
      const facts = subjects.flatMap((one) => (one.kind === "fact" ? [[one.name, bins[one.name] ?? null]] : []));
      return structuredClone({ accounts: {}, transactions: [], facts: Object.fromEntries(facts) });
    },
    snapshot: async () => ({ state: structuredClone(bins), bytes: new Uint8Array() }),
    [Symbol.asyncDispose]: async () => {},
  };
}

function move(bins: Bins, capacity: number, { from, to, count }: { from: string; to: string; count: number }) {
  const [source, target] = [bins[from], bins[to]];
  if (source === undefined || target === undefined)
    throw toolFailed(`there is no bin ${source === undefined ? from : to}`);
  if (source.count < count) throw toolFailed(`${from} holds ${source.count}, and ${count} are asked for`);
  if (target.count > 0 && target.item !== source.item) throw toolFailed(`${to} holds ${target.item}`);
  if (target.count + count > capacity) throw toolFailed(`${to} has room for ${capacity - target.count} more`);
  target.item = source.item;
  target.count += count;
  source.count -= count;
  return { [from]: { ...source }, [to]: { ...target } };
}
