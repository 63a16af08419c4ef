import { expect, test } from "vitest";
import { guardedFetch } from "./guarded-fetch.ts";

test("a request to another origin than the key's is held back", async () => {
  const reach = guardedFetch({ baseUrl: "https://api.example.com/v1", key: "k" });
  for (const url of ["https://example.com/v1", "http://api.example.com/v1", "https://api.example.com:444/v1"]) {
    for (const input of [url, new URL(url), new Request(url)]) {
      await expect(reach(input)).rejects.toMatchObject({
        name: "ModelCallError",
        isRetryable: false,
        fault: "refused",
        message: expect.stringContaining("held back: the key is for https://api.example.com"),
      });
    }
  }
});

test("a host that has no address is unreachable by its name", async () => {
  const reach = guardedFetch({ baseUrl: "https://nowhere.invalid/v1", key: "k" });
  await expect(reach("https://nowhere.invalid/v1/chat")).rejects.toMatchObject({
    fault: "unreachable",
    status: null,
    message: expect.stringMatching(/^no connection to nowhere\.invalid \((ENOTFOUND|EAI_AGAIN)\)$/),
  });
});
