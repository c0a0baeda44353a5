// Files with everything on the way to them, so that whoever compares all of it later knows whether a path still leads to the same
// file, through folders of the same owner and mode.
import type { BigIntStats } from 'node:fs'
import { lstatSync } from 'node:fs'
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { placesOnTheWay } from './owned-path.ts'

/** By absolute path, as they were before anything in them was read. */
export type WatchedPlaces = {
  /** To be the same in everything, times included: files, links, and folders to which nothing may be added. */
  readonly whole: Map<string, BigIntStats>
  /** To be the same folder with the same owner and mode; what lies in it may change. */
  readonly folders: Map<string, BigIntStats>
  /** Where nothing may be. */
  readonly absent: Set<string>
}

export function noPlaces(): WatchedPlaces {
  return { whole: new Map(), folders: new Map(), absent: new Set() }
}

/** The file, and all links and folders on the way to it; throws FILE_NOT_FOUND. */
export function watchFile(watched: WatchedPlaces, path: string): void {
  if (watchWay(watched, path)) return
  throw coded('FILE_NOT_FOUND', { message: `${quote(path)} is gone`, details: { path } })
}

/** A place where something is looked for, there or not. */
export function watchSearchedPlace(watched: WatchedPlaces, path: string): void {
  if (!watchWay(watched, path)) watched.absent.add(path)
}

/** What was seen before. */
export function watchSeen({ whole, folders }: WatchedPlaces, places: ReadonlyMap<string, BigIntStats>): void {
  for (const [place, stat] of places) {
    folders.delete(place)
    whole.set(place, stat)
  }
}

function watchWay({ whole, folders }: WatchedPlaces, path: string): boolean {
  const { places, isThere } = placesOnTheWay(path)
  for (const place of places) {
    if (whole.has(place) || folders.has(place)) continue
    const stat = lstatSync(place, { bigint: true })
    const kept = stat.isDirectory() ? folders : whole
    kept.set(place, stat)
  }
  return isThere
}
