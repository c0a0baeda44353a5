// `npm pack` in a checkout: a package of sources, which cannot run where npm installs it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { x as unpack } from 'tar'
import { tempFolder } from '../support/machine/temp-folder.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OF_A_CHECKOUT = ['package.json', '.npmrc', 'bin', 'octo.ts', 'tools/package/no-plain-pack.cjs']
const needsNpm = spawnSync('npm', ['--version']).status === 0 ? {} : { skip: 'npm is not on the PATH' }

function aCheckout(t: TestContext) {
  const folder = tempFolder(t)
  const checkout = join(folder, 'checkout')
  for (const path of OF_A_CHECKOUT) cpSync(join(ROOT, path), join(checkout, path), { recursive: true })
  const npm = (cwd: string, ...words: readonly string[]) =>
    spawnSync('npm', words, {
      ...{ cwd, encoding: 'utf8' },
      env: { PATH: process.env.PATH, HOME: folder, npm_config_update_notifier: 'false', npm_config_offline: 'true' },
    })
  return { folder, checkout, npm }
}

test('npm is refused it, and says which command makes a package', needsNpm, (t) => {
  const { folder, checkout, npm } = aCheckout(t)
  const { status, stderr } = npm(folder, 'pack', checkout)
  assert.notEqual(status, 0)
  assert.match(stderr, /^octo is not packed by `npm pack`, which takes its sources: `npm run package` makes /m)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tgz')),
    [],
  )
})

test(
  'what was packed all the same, as scripts are turned off in a checkout, says so without a stack',
  needsNpm,
  async (t) => {
    const { folder, checkout, npm } = aCheckout(t)
    const packed = npm(checkout, 'pack', '--pack-destination', folder)
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
    assert.ok(file, packed.stderr)
    const installed = join(folder, 'node_modules/octo')
    mkdirSync(installed, { recursive: true })
    await unpack({ file: join(folder, file), cwd: installed, strip: 1 })
    assert.ok(existsSync(join(installed, 'octo.ts')))
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'bin/octo.js'), 'list'], {
      encoding: 'utf8',
    })
    assert.deepEqual([status, stdout], [78, ''])
    assert.equal(
      stderr,
      `\`${installed}\` holds the sources of octo, which Node does not run below \`node_modules\`: \`npm run package\` in a checkout makes a package that can be installed\n`,
    )
  },
)
