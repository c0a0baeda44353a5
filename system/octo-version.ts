// The version of this octo, as plugins' `minimumOperator` is compared with.
import { readFileSync } from 'node:fs'
import type { Version } from '../schemas/version.ts'

let version: Version | undefined

export function octoVersion(): Version {
  version ??= JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version as Version
  return version
}
