// A Node that is too old for octo, when the machine has one: OCTO_TEST_OLD_NODE, or the first on PATH.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { canRunOcto } from '../../../bin/own-node.js'

/** Path of the binary, or the reason to skip. */
export function findOldNode(): { readonly path: string } | { readonly skip: string } {
  const { OCTO_TEST_OLD_NODE: named, PATH = '' } = process.env
  const candidates = [...(named ? [named] : []), ...PATH.split(delimiter).map((folder) => join(folder, 'node'))]
  const path = candidates.find((candidate) => existsSync(candidate) && !canRunOcto(versionOf(candidate)))
  return path ? { path } : { skip: 'no Node that is too old is on PATH; name one in OCTO_TEST_OLD_NODE' }
}

function versionOf(binary: string): string {
  return execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim()
}
