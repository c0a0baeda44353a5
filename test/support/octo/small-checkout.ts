// A checkout of two small files with its bundle, whose octo says where it runs from.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buildBundles } from '../../../tools/bundle/build.ts'
import { tempFolder } from '../machine/temp-folder.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Says where it runs from, and what its part says. */
export const OCTO = [
  `import { said } from './part/said.ts'`,
  `declare const OCTO_VERSION: string | undefined`,
  `const place = typeof OCTO_VERSION === 'string' ? 'bundle' : 'sources'`,
  `export const runOcto = async () => { console.log(place, said()); return 0 }`,
].join('\n')
export const saying = (text: string) => `export const said = () => '${text}'\n`
const LOCK = JSON.stringify({ packages: { '': { name: 'octo' } } })

/** A checkout of two small files with its bundle. */
export async function aCheckout(t: TestContext): Promise<string> {
  const folder = tempFolder(t)
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true })
  for (const path of ['part', 'node_modules', 'tools/bundle']) mkdirSync(join(folder, path), { recursive: true })
  const files = {
    ...{ 'octo.ts': OCTO, 'part/said.ts': saying('one'), 'node_modules/.package-lock.json': LOCK },
    'tools/bundle/tool.ts': '',
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3","type":"module","engines":{"node":">=26"}}')
  writeFileSync(join(folder, 'package-lock.json'), LOCK)
  await buildBundles(folder)
  return folder
}

/** The same as people get it who have no sources. */
export async function aRelease(t: TestContext): Promise<string> {
  const folder = await aCheckout(t)
  for (const path of ['octo.ts', 'part', 'tools', 'package-lock.json', 'node_modules', 'dist/sources.json'])
    rmSync(join(folder, path), { recursive: true })
  return folder
}

type Start = {
  readonly words?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** For Node. */
  readonly flags?: readonly string[]
}

/** What its octo says, or what Node says in its place. */
export function start(folder: string, { words = ['list'], env = {}, flags = [] }: Start = {}): string {
  const options = { encoding: 'utf8', env: { ...process.env, OCTO_FROM_SOURCE: '', ...env } } as const
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, join(folder, 'bin/octo.js'), ...words], options)
  return (stdout || stderr).trim()
}

export const bundleOf = (folder: string) => join(folder, 'dist/octo.cjs')
