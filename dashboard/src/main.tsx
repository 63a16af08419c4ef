// The first file that runs in the browser: the router within the cache of what the server answered.

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { config } from "zod";
import "./design/tokens.css";
import "./design/base.css";
import "./design/parts.css";
import "./shell/shell.css";
import { queryClient } from "./api/query-client.ts";
import { router } from "./router.tsx";

// The pages forbid code made of text, which zod would else try.
config({ jitless: true });

// The server may have newer pages than this window: what it would read next is not there any more.
addEventListener("vite:preloadError", () => {
  const lastMs = Number(sessionStorage.getItem("runledger.reloaded"));
  if (Date.now() - lastMs < 10_000) return;
  sessionStorage.setItem("runledger.reloaded", String(Date.now()));
  location.reload();
});

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no #app");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
