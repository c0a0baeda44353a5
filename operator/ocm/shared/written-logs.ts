// What shared plugins have printed, also those that have ended of late.
import { existsSync } from 'node:fs'
import { readIfWhole } from '../../../system/files/atomic-file.ts'
import type { Environment } from '../instance/runtime-folder.ts'
import { allSharedPlaces } from './places.ts'

type WrittenLog = { readonly plugin: string; readonly paths: readonly string[] }

export function writtenLogs(env: Environment): readonly WrittenLog[] {
  return allSharedPlaces(env).flatMap(({ name, stdout, stderr }) => {
    const plugin = readIfWhole(name)
    const paths = [stdout, stderr].filter((path) => existsSync(path))
    return plugin === undefined || paths.length === 0 ? [] : [{ plugin, paths }]
  })
}
