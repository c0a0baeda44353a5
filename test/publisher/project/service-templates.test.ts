// The templates of service plugins: every one is a project whose own test passes and whose types fit, and that builds into one file.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { TEMPLATE_NAMES } from '../../../publisher/project/templates.ts'
import { CAPABILITIES } from '../../../schemas/contract/ocm/contracts.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { typeOcto } from '../../support/octo/in-process-octo.ts'

const CHECKOUT = join(import.meta.dirname, '../../..')
const SERVICE_TEMPLATES = TEMPLATE_NAMES.filter((template) => template.startsWith('ocm-'))
const run = promisify(execFile)

test('there is one for each capability, and its README names it', () => {
  const kebab = CAPABILITIES.map(
    (capability) => `ocm-${capability.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
  assert.deepEqual([...SERVICE_TEMPLATES].sort(), kebab.sort())
})

test('the tests of every project pass, their types fit, and nothing is left unfilled', async (t) => {
  const folder = tempFolder(t)
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'))
  for (const template of SERVICE_TEMPLATES) {
    const dir = join(folder, template.replace(/^ocm/, 'my'))
    const { code, stdout } = await typeOcto(['init', dir, '--template', template])
    assert.equal(code, 0, stdout)
    for (const file of filesBelow(dir).filter((name) => !name.startsWith('octo/')))
      assert.doesNotMatch(readFileSync(join(dir, file), 'utf8'), /__[A-Z]/, `${template}/${file}`)
    const { engines } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
    assert.equal(engines?.node, '>=24', 'no older one reads `using`, which its sources and tests say')
  }
  shareSdk(SERVICE_TEMPLATES.map((template) => join(folder, template.replace(/^ocm/, 'my'), 'octo')))
  const tests = filesBelow(folder).filter((file) => file.startsWith('my-') && file.endsWith('.test.ts'))
  assert.equal(tests.length, CAPABILITIES.length)
  // It is a run of its own, and no part of the one that this test belongs to.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const node = run(process.execPath, ['--test', '--test-isolation=none', ...tests], { cwd: folder, env })
  const [one = ''] = SERVICE_TEMPLATES
  const options = JSON.parse(readFileSync(join(folder, one.replace(/^ocm/, 'my'), 'tsconfig.json'), 'utf8'))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...options, include: ['my-*/src', 'my-*/test'] }))
  // Several threads would each check the libraries anew, and its garbage collector finds little in so short a time.
  const tsc = [join(CHECKOUT, 'node_modules/typescript/bin/tsc'), '-p', '.', '--singleThreaded']
  await run(process.execPath, tsc, { cwd: folder, env: { ...env, GOGC: 'off' } }).catch(({ stdout }) =>
    assert.fail(stdout),
  )
  const { stdout } = await node.catch(({ stdout: said }) => assert.fail(said))
  assert.match(stdout, /fail 0\n/)
})

test('a project is built into one file that needs only Node, the same bytes each time', async (t) => {
  const dir = join(tempFolder(t), 'my-signer')
  await typeOcto(['init', dir, '--template', 'ocm-signing-handler'])
  symlinkSync(join(CHECKOUT, 'node_modules'), join(dir, 'node_modules'))
  const build = () => {
    execFileSync(process.execPath, ['build.mjs'], { cwd: dir })
    return readFileSync(join(dir, 'out/my-signer'))
  }
  const bytes = build()
  assert.deepEqual(build(), bytes)
  const elsewhere = join(tempFolder(t), 'my-signer')
  writeFileSync(elsewhere, bytes, { mode: 0o755 })
  const said = execFileSync(elsewhere, ['capabilities'], {
    env: { PATH: join(process.execPath, '..') },
    encoding: 'utf8',
  })
  assert.deepEqual(JSON.parse(said).capabilities[0].supportedSigningSpecTypes[0].type, 'MySigner/v1')
  assert.equal(existsSync(join(elsewhere, '../package.json')), false)
})

/** Each project has a copy of its own, which is loaded and typed as often as there are others: of the same bytes, one is enough. */
function shareSdk([first = '', ...others]: readonly string[]): void {
  const contentOf = (sdk: string) => filesBelow(sdk).map((file) => [file, readFileSync(join(sdk, file), 'utf8')])
  const content = contentOf(first)
  assert.ok(content.length > 0)
  for (const sdk of others) {
    assert.deepEqual(contentOf(sdk), content)
    rmSync(sdk, { recursive: true })
    symlinkSync(first, sdk)
  }
}
