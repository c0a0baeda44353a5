// Reads a plugin project: plugin.yaml and the texts it names.
import { readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { argumentCheck } from '../../schemas/arguments/check.ts'
import { SCHEMA_LOOK_MS } from '../../schemas/compile-json-schema.ts'
import { coded, isCoded } from '../../schemas/errors.ts'
import { PROTOTYPE_KEYS } from '../../schemas/json-scan.ts'
import { EndlessSchema } from '../../schemas/json-schema/endings.ts'
import { LIMITS } from '../../schemas/limits.ts'
import type { Manifest, ReleasedManifest } from '../../schemas/manifest.ts'
import { parseManifest } from '../../schemas/manifest.ts'
import { OCTOCTL_OPERATORS } from '../../schemas/name.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { decodeText } from '../../schemas/text.ts'
import { MANIFEST_YAML } from '../../schemas/yaml/parse.ts'
import { within } from '../../system/async/in-time.ts'
import { readPlainFile } from '../../system/files/read-plain-file.ts'
import { changesOf } from './changes-of.ts'

const MANIFEST_FILE = 'plugin.yaml'

export type Project = {
  /** Absolute, with no symbolic link in it. */
  readonly dir: string
  readonly manifest: Manifest
  /** The part of the manifest that a release proves. */
  readonly released: ReleasedManifest
}

/** Throws FILE_NOT_FOUND or what parseManifest throws. */
export async function readProject(dir: string): Promise<Project> {
  const path = join(dir, MANIFEST_FILE)
  const manifest = parseManifest(decodeText(readManifest(path), path), path)
  refuseHiddenName(manifest, path)
  refuseUnreadKeys(manifest.arguments, path)
  await refuseUselessArguments(manifest, path)
  const folder = await realpath(resolve(dir))
  return { dir: folder, manifest, released: await releasedPart(manifest, folder) }
}

function readManifest(path: string): Buffer {
  try {
    return readPlainFile(path, MANIFEST_YAML.maxBytes)
  } catch (error) {
    if (isCoded(error)) throw error
    throw coded('FILE_NOT_FOUND', {
      message: `there is no ${quote(path)}`,
      hint: 'name the folder of a plugin, or start one with `octo init NAME --template node`',
      cause: error,
    })
  }
}

/** octoctl carries some operators itself and would never look for ours. */
function refuseHiddenName({ kind, name }: Manifest, path: string): void {
  if (kind !== 'operator' || !OCTOCTL_OPERATORS.has(name)) return
  throw coded('MANIFEST_INVALID', {
    message: `${quote(path)} \`name\`: an operator called ${quote(name)} is built into octoctl and would never be used`,
  })
}

/** Nobody could give the plugin anything, and who installs it would be the first to learn that. */
async function refuseUselessArguments({ arguments: schema }: Manifest, path: string): Promise<void> {
  if (schema === undefined) return
  const useless = (problem: string, cause?: unknown) => {
    const reason =
      cause instanceof Error && !(cause instanceof EndlessSchema) ? `: ${printable(cause.message, 300)}` : ''
    return coded('MANIFEST_INVALID', {
      message: `${quote(path)} \`arguments\`: a schema that is of no use, ${problem}${reason}`,
      details: { path },
      hint: 'write `arguments` as JSON Schema of draft 2020-12',
      cause,
    })
  }
  const check = await argumentCheck(schema, { inTime: within(SCHEMA_LOOK_MS), useless, isNew: true })
  check({})
}

/** Releases are read more strictly than this file: every client would call this one broken. */
function refuseUnreadKeys(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (PROTOTYPE_KEYS.has(key))
      throw coded('MANIFEST_INVALID', {
        message: `${quote(path)} has the key ${quote(key)}, which no release can carry`,
        details: { path, key },
      })
    refuseUnreadKeys(inner, path)
  }
}

async function releasedPart(manifest: Manifest, dir: string): Promise<ReleasedManifest> {
  const { repo, name, version, readme, changelog, build, allowSecrets, platforms, ...rest } = manifest
  return {
    ...rest,
    ...(readme === undefined ? {} : { readme: await readText(dir, { key: 'readme', path: readme }) }),
    ...(changelog === undefined ? {} : { changelog: await readChanges(dir, changelog, version) }),
  }
}

async function readChanges(dir: string, path: string, version: string): Promise<string> {
  const changes = changesOf(version, await readText(dir, { key: 'changelog', path }))
  if (changes === undefined)
    throw coded('MANIFEST_INVALID', {
      message: `${quote(path)} says nothing about version ${quote(version)}, expected a heading that names it and what changed below`,
      details: { path, version },
      hint: `write \`## ${version}\` and what changed into ${quote(path)}, or leave \`changelog\` out of plugin.yaml`,
    })
  if (changes.length <= LIMITS.changelogLength) return changes
  throw coded('LIMIT_EXCEEDED', {
    message: `${quote(path)} says too much about version ${quote(version)}, expected at most ${LIMITS.changelogLength} characters, found ${changes.length}`,
  })
}

const MAX_BYTES = { readme: 64 * 1024, changelog: 1024 * 1024 } as const

type NamedFile = { readonly key: keyof typeof MAX_BYTES; readonly path: string }

async function readText(dir: string, { key, path }: NamedFile): Promise<string> {
  const place = await realpath(join(dir, path)).catch((error) => {
    throw coded('FILE_NOT_FOUND', { message: `\`${key}\` names ${quote(path)}, which does not exist`, cause: error })
  })
  // Of a project that somebody sent: what it links to on this machine is not for everybody to read.
  if (!place.startsWith(`${dir}${sep}`) || !(await stat(place)).isFile())
    throw coded('MANIFEST_INVALID', {
      message: `\`${key}\` names ${quote(path)}, which is no file of the project`,
      details: { path },
      hint: 'copy the text into the project',
    })
  const bytes = await readFile(place)
  if (bytes.length <= MAX_BYTES[key]) return decodeText(bytes, path)
  throw coded('LIMIT_EXCEEDED', {
    message: `${quote(path)} is too long to be shown, expected at most ${MAX_BYTES[key]} bytes, found ${bytes.length}`,
  })
}
