// Servers of test/fixtures/go, which stand on Go modules of others: built once where Go and the modules are to be had, or named
// by a variable. They print where they listen, and end when their stdin does.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { digestOf } from '../../../schemas/digest.ts'
import { keptProgram } from './kept-program.ts'

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
  const cwd = fileURLToPath(new URL(`../../fixtures/go/${name}/`, import.meta.url))
  const texts = readdirSync(cwd).map((file) => readFileSync(join(cwd, file)))
  return keptProgram(name, {
    key: digestOf(Buffer.concat(texts)).slice(-16),
    build: (folder) => {
      const words = ['build', '-mod=readonly', '-o', `${folder}/`, '.']
      const { status, stderr } = spawnSync('go', words, { cwd, encoding: 'utf8', timeout: BUILD_MS })
      if (status === 0) return undefined
      const why = stderr?.trim().split('\n').at(-1) ?? ''
      return `the ${name} server cannot be built, and ${variable} names no program: ${why}`
    },
  })
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
