// The list of runs in a real browser: live from other processes, filtered by its address, verbs for several at once, and
// all of it by the keyboard.

import { expect as see } from "playwright-core/lib/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
