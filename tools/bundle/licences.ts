// The licence texts of the packages that are in a bundle, which must go with it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

/** Throws when a package has none. */
export function renderLicences(root: string, metafiles: readonly Metafile[]): string {
  return packagesIn(metafiles)
    .map((folder) => renderLicence(root, folder))
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** Their folders, in order. */
function packagesIn(metafiles: readonly Metafile[]): string[] {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs))
  return [...new Set(inputs.flatMap((input) => PACKAGE.exec(input)?.[0] ?? []))].sort()
}

function renderLicence(root: string, folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const texts = readdirSync(join(root, folder))
    .filter((file) => LICENCE.test(file))
    .sort()
    .map((file) => readFileSync(join(root, folder, file), 'utf8'))
  // Some packages name this licence and bring no text; ours is the same.
  if (texts.length === 0 && license === 'Apache-2.0') texts.push(readFileSync(join(root, 'LICENSE'), 'utf8'))
  if (texts.length === 0) throw new Error(`package \`${name}\` is part of the bundle and brings no licence text`)
  return [`${name} ${version} (${license})`, '', ...texts.map((text) => `${text.trim()}\n`)].join('\n')
}
