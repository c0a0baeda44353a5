// The config that `octo add` and `octo remove` write: the first one that is named or found here, as its owner wrote it.
import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { defaultConfigPath } from '../../../config/find/default-config.ts'
import { CONFIG_LIMITS } from '../../../config/include/documents.ts'
import { replaceText, requireUnchanged } from '../../../config/steps/replace-text.ts'
import { coded } from '../../../schemas/errors.ts'
import { quote } from '../../../schemas/quote.ts'
import { decodeText } from '../../../schemas/text.ts'
import { setInYaml } from '../../../schemas/yaml/edit.ts'
import { replaceFile } from '../../../system/files/atomic-file.ts'
import { onDisk } from '../../../system/files/errors.ts'
import { readPlainFile } from '../../../system/files/read-plain-file.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { waitingLine } from '../../../terminal/index.ts'
import { lockConfigs } from '../../store/config-lock.ts'
import { storeRootOf } from '../../store/root.ts'

export type OwnConfig = {
  /** Absolute. */
  readonly path: string
  readonly text: string
  /** It is written for the first time. */
  readonly isNew: boolean
}

const NEW_NAME = 'octo.yaml'

/** Throws USAGE for an address of the web, CONFIG_NOT_FOUND for a file that is named and not there, CONFIG_INVALID for TOML, and TEXT_INVALID. */
export function findOwnConfig(named: readonly string[] | undefined, cwd: string): OwnConfig {
  const [first] = named ?? []
  if (first !== undefined && /^[a-z][a-z0-9+.-]+:\/\//i.test(first))
    throw coded('USAGE', {
      message: `${quote(first)} is no file of this machine, and is left as it is`,
      hint: 'name a local config first: `--config octo.yaml`',
    })
  const path = first === undefined ? (defaultConfigPath(cwd) ?? join(cwd, NEW_NAME)) : resolve(cwd, first)
  if (extname(path).toLowerCase() === '.toml')
    throw coded('CONFIG_INVALID', {
      message: `${quote(path)} is TOML, which octo reads and does not write`,
      hint: 'write it there yourself: `octo config schema` has the fields',
    })
  const isNew = !existsSync(path)
  if (isNew) refuseLink(path)
  if (isNew && first !== undefined)
    throw coded('CONFIG_NOT_FOUND', {
      message: `there is no config ${quote(path)}`,
      details: { path },
      hint: 'make it first, or leave `--config` out to write `octo.yaml` here',
    })
  return { path, text: isNew ? '' : textAt(path), isNew }
}

/** What a link leads to may be on a disk that is not there now; a file in its place would hide it for ever. */
function refuseLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found?.isSymbolicLink()) return
  const target = readlinkSync(path)
  throw coded('CONFIG_NOT_FOUND', {
    message: `config ${quote(path)} is a link to ${quote(target)}, which is not there`,
    details: { path, target },
    hint: 'make what it leads to, or remove the link',
  })
}

/** Strictly: what is no text would be written back as something else. */
function textAt(path: string): string {
  return decodeText(
    onDisk(path, () => readPlainFile(path, CONFIG_LIMITS.documentBytes)),
    path,
  )
}

/** As it is typed by whoever stands in its folder; absolute for everybody else. */
export function shownPath(path: string, cwd: string): string {
  return dirname(path) === cwd ? basename(path) : path
}

/** Nobody else changes it until what is given is disposed of. Throws CHANGES_OUTDATED where it is not what was read any more. */
export async function writeOwnConfig(own: OwnConfig, changed: string, terminal: Terminal): Promise<Disposable> {
  using stack = new DisposableStack()
  stack.use(await lockConfigs([own.path], { storeRoot: storeRootOf(process.env), onWait: waitingLine(terminal) }))
  await write(own, changed)
  return stack.move()
}

async function write({ path, text, isNew }: OwnConfig, changed: string): Promise<void> {
  if (isNew) refuseLink(path)
  await requireUnchanged(path, isNew ? undefined : text, 'run the command again')
  if (isNew) await replaceFile(path, changed, { mode: 0o644 })
  else await replaceText(path, changed)
}

/** Where format v2 keeps repos and pins, they are put there. */
export function holderIn({ text }: OwnConfig): 'operator' | 'octoctl' {
  return /^octoctl\s*:/m.test(text) && !/^operator\s*:/m.test(text) ? 'octoctl' : 'operator'
}

/** Throws CONFIG_INVALID where only a person can write it. */
export function withValue(
  { path, text }: OwnConfig,
  way: readonly [string, ...string[]],
  value: Parameters<typeof setInYaml>[2],
): string {
  return setInYaml(text, way, value, path)
}
