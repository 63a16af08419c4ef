// Whose attempts can be looked at from here. On one host these are all; where hosts share a ledger, those that began on
// this one with their files in the folder that this process uses as well: nobody else's files say anything here.

import { existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import type { Place } from "../core/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { isSamePlace } from "../protocol/process.ts";
import { readPlace } from "./process-facts.ts";

type Shared = Pick<Ledger, "home" | "takeoverAfterMs">;

/** The place of attempts that are claimed here. Files of a ledger that hosts do not share move with it: they are its own. */
export function placeOfClaims({ home, takeoverAfterMs }: Shared): Place {
  if (takeoverAfterMs === null) return readPlace();
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return { ...readPlace(), home: nameOf(home) };
}

/** Whether processes and files of an attempt of this place can be looked at from here. */
export function isInReach({ home, takeoverAfterMs }: Shared, place: Place): boolean {
  if (takeoverAfterMs === null) return true;
  // Builds before did not write the folder down.
  if (!isSamePlace(place, readPlace())) return false;
  return place.home === undefined || (existsSync(home) && place.home === nameOf(home));
}

/** The folder of another place on this host, for people; null for one of another host. */
export function homeOnThisHost(place: Place): string | null {
  if (place.home === undefined || !isSamePlace(place, readPlace())) return null;
  return place.home.slice(place.home.indexOf(" ") + 1);
}

/** By device and inode as well: containers may see different folders by the same path. */
function nameOf(home: string): string {
  const path = realpathSync(home);
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino} ${path}`;
}
