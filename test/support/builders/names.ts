// Names, versions and platforms for tests, read as octo reads those of others, so that no test holds one that cannot be.
import assert from 'node:assert/strict'
import type { Name } from '../../../schemas/name.ts'
import { parseName } from '../../../schemas/name.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { isPlatform } from '../../../schemas/platform.ts'
import type { Version } from '../../../schemas/version.ts'
import { parseVersion } from '../../../schemas/version.ts'

export const aName = (text: string): Name => parseName(text, 'name')
export const aVersion = (text: string): Version => parseVersion(text)
/** In its normal form, as documents name it. */
export function aPlatform(text: string): Platform {
  assert.ok(isPlatform(text), text)
  return text
}
