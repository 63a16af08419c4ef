// What the work of an attempt gets from its process: a way to write events, and to be asked to stop.

import type { EventData, JournalEventType } from "../core/events.ts";

/** Writes an event; resolves when it is durable. */
export type Emit = <T extends JournalEventType>(type: T, data: EventData<T>) => Promise<void>;

/** What the supervisor has asked for; looked at where the run can stop without losing anything. */
export type Control = { check(): "go" | "cancel" | "pause" | Promise<"go" | "cancel" | "pause"> };
