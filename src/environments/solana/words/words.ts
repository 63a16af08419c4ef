// What an instruction says, in words: its name, and its arguments as text.

export type Words = { name: string; args: Record<string, string> };

/** Decoded arguments as text: amounts as digits, absent options as `none`; the discriminator is left out. */
export function argsInWords(data: Record<string, unknown>): Record<string, string> {
  const args: Record<string, string> = {};
  for (const [key, value] of Object.entries(data)) {
    if (key !== "discriminator") args[key] = value === null || value === undefined ? "none" : String(value);
  }
  return args;
}
