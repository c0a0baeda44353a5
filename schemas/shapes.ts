// Building blocks that every document shares: names, versions, digests and texts as zod shapes with our own sentences.

import { z } from 'zod'
import type { Digest } from './digest.ts'
import { DIGEST_PATTERN } from './digest.ts'
import { LIMITS } from './limits.ts'
import type { Name } from './name.ts'
import { isName, NAME_PATTERN } from './name.ts'
import type { Platform } from './platform.ts'
import { isPlatform } from './platform.ts'
import type { Version } from './version.ts'
import { isVersion, problemOfVersion } from './version.ts'

export { jsonObjectShape } from './json-object.ts'

export const nameShape = z
  .string()
  .regex(NAME_PATTERN, {
    error: 'expected 1–64 of `a-z`, `0-9`, `-` that start and end with a letter or digit',
    abort: true,
  })
  .refine(isName, 'this name is reserved') as unknown as z.ZodType<Name, string>

export const versionShape = z
  .string({ error: ({ input }) => problemOfVersion(input) })
  .max(LIMITS.versionLength)
  .refine(isVersion, { error: ({ input }) => problemOfVersion(input) }) as unknown as z.ZodType<Version, string>

export const platformShape = z
  .string()
  .max(40)
  .refine(isPlatform, 'expected a platform such as `linux_amd64` or `any`') as unknown as z.ZodType<Platform, string>

export const digestShape = z
  .string()
  .regex(DIGEST_PATTERN, 'expected `sha256:` and 64 hex digits') as unknown as z.ZodType<Digest, string>

/**
 * One line that is safe to show and comes back as it was stored: no control characters, no halves of surrogate pairs, and
 * none of the bidirectional controls, which make a line read as another one.
 */
export const lineShape = z
  .string()
  .max(LIMITS.lineLength)
  .regex(
    /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]*$/u,
    'expected one line of well-formed text without control or bidirectional characters',
  )

/** Text of several lines; of control characters only tabs and line ends. */
export const textShape = z
  .string()
  .max(LIMITS.textLength)
  .regex(
    /^[^\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u,
    'expected well-formed text without control or bidirectional characters',
  )

/** An absolute web address. */
export const webUrlShape = z
  .string()
  .max(LIMITS.urlLength)
  .refine(isWebUrl, 'expected a URL that starts with `https://` or `http://`')

/** A path inside a plugin project or archive: relative, `/` only, no `.`, `..` or empty parts. */
export const relativePathShape = z
  .string()
  .min(1)
  .max(LIMITS.pathLength)
  .refine(isRelativePath, 'expected a relative path without `..`')

/** A program's own name: a shell that finds a `-` before its name reads the login files of the user. */
export const argv0Shape = z
  .string()
  .max(255)
  .regex(/^[^-/\\\p{Cc}\p{Zl}\p{Zp}][^/\\\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected a plain name that does not start with `-`')

/** A file name as the static tree serves it. */
export const fileNameShape = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}$/, 'expected a plain file name')

/** Bytes; the upper bound keeps arithmetic exact. */
export const sizeShape = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

/** ISO 8601 in UTC. */
export const timeShape = z.iso.datetime()

function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}

function isRelativePath(text: string): boolean {
  if (/[\\:*?"<>|\p{Cc}\p{Cf}]/u.test(text) || text !== text.normalize('NFC')) return false
  return text.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}
