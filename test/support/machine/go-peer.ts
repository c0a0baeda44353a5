// Servers of test/fixtures/go, which stand on Go modules of others: built once where Go and the modules are to be had, or named
// by a variable. They print where they listen, and end when their stdin does.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { digestOf } from '../../../schemas/digest.ts'

const BUILD_MS = 200_000

type GoPeer = { readonly path: string } | { readonly missing: string }

/** The program of `test/fixtures/go/NAME`; `variable` names one that is there already and takes the same options. */
export function findGoPeer(name: string, variable: string): GoPeer {
  const named = process.env[variable]
  if (named) return existsSync(named) ? { path: named } : { missing: `${variable} names ${named}, which is not there` }
  if (spawnSync('go', ['version']).status !== 0)
    return { missing: `Go is not on this machine, and ${variable} names no program` }
  return build(name, variable)
}

function build(name: string, variable: string): GoPeer {
  const sources = fileURLToPath(new URL(`../../fixtures/go/${name}/`, import.meta.url))
  const texts = readdirSync(sources).map((file) => readFileSync(join(sources, file)))
  const digest = digestOf(Buffer.concat(texts)).slice(-16)
  const folder = join(tmpdir(), `octo-interop-${name}-${digest}-${process.getuid?.() ?? 'user'}`)
  const path = join(folder, name)
  if (existsSync(path)) return { path }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Renamed when it is whole: another test may be building it too.
  const partial = `${path}.${process.pid}`
  const words = ['build', '-mod=readonly', '-o', partial, '.']
  const { status, stderr } = spawnSync('go', words, { cwd: sources, encoding: 'utf8', timeout: BUILD_MS })
  if (status !== 0) {
    const why = stderr?.trim().split('\n').at(-1) ?? ''
    return { missing: `the ${name} server cannot be built, and ${variable} names no program: ${why}` }
  }
  renameSync(partial, path)
  return { path }
}

/** Starts it and gives what it listens on; it ends with the test. */
export async function startGoPeer(t: TestContext, peer: GoPeer, words: readonly string[] = []): Promise<string> {
  const child = spawn('path' in peer ? peer.path : '', words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  t.after(async () => {
    child.stdin.on('error', () => undefined).end()
    await ended
  })
  const lines = once(createInterface(child.stdout), 'line')
  const [address] = await Promise.race([lines, ended.then(() => [undefined])])
  assert.equal(typeof address, 'string', 'the server ended before it listened')
  return address
}
