import { expect, test } from "vitest";
import { inUnits, worldWords } from "./world-words.ts";

test("amounts are told as people say them, without losing a digit", () => {
  expect(inUnits("1000000000", 9)).toBe("1");
  expect(inUnits("5000", 9)).toBe("0.000005");
  expect(inUnits("18446744073709551615", 9)).toBe("18446744073.709551615");
  expect(inUnits("7", 0)).toBe("7");
  expect(inUnits("none", 6)).toBe("none");
});

test("accounts are told by name, with their state in units of their own mint", () => {
  const world = {
    accounts: {
      USER: { address: "7xKX", exists: true, lamports: "1000000000" },
      MINT: {
        address: "EPjF",
        exists: true,
        lamports: "1461600",
        decimals: "6",
        supply: "10000000",
        mint_authority: "7xKX",
      },
      ATA: { address: "9aBC", exists: true, lamports: "2039280", mint: "EPjF", owner: "7xKX", amount: "10500000" },
      OTHER: { address: "4dEF", exists: true, lamports: "0", mint: "unknown", amount: "10500000" },
      RECIPIENT: { address: "2ghi", exists: false, lamports: "0" },
    },
  };
  expect(worldWords(world).split("\n")).toEqual([
    "Accounts:",
    "- USER 7xKX: 1 SOL",
    "- MINT EPjF: 0.0014616 SOL, decimals 6, supply 10, mint authority USER",
    "- ATA 9aBC: 0.00203928 SOL, mint MINT, owner USER, amount 10.5",
    "- OTHER 4dEF: 0 SOL, mint unknown, amount 10500000 base units",
    "- RECIPIENT 2ghi: no account yet",
  ]);
});

test("what is no account is told as it is, and a world that shows nothing says nothing", () => {
  expect(worldWords({ files: ["a.txt", "sub/b.txt"], open_tabs: 2 })).toBe(
    "Files:\n- a.txt\n- sub/b.txt\n\nOpen tabs: 2",
  );
  expect(worldWords({})).toBe("");
});
