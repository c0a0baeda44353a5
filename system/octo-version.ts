// The version of this octo, as plugins' `minimumOperator` is compared with.
import { readFileSync } from 'node:fs'
import type { Version } from '../schemas/version.ts'

/** Written into the bundle by its build. */
declare const OCTO_VERSION: string | undefined
let version: Version | undefined

export function octoVersion(): Version {
  version ??= (typeof OCTO_VERSION === 'string' ? OCTO_VERSION : ofPackage()) as Version
  return version
}

function ofPackage(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}
