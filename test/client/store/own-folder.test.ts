// Who may change the store: its folder, what a link leads to, and every folder on the way.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../client/store/open-store.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

test('refuses a store below a folder that others can write, and the hint is the cure', (context) => {
  const folder = tempFolder(context)
  const root = join(folder, 'shared', 'octo')
  openStore(root)
  chmodSync(join(folder, 'shared'), 0o777)
  const error = expectCode('STORE_UNSAFE', () => openStore(root))
  assert.equal(error.hint, `run \`chmod go-w ${join(folder, 'shared')}\``)
  execFileSync('sh', ['-c', typedFrom(error.hint)])
  openStore(root)
})

test('follows a link to a folder of the same user, and looks at what it leads to', (context) => {
  const folder = tempFolder(context)
  mkdirSync(join(folder, 'big'), { mode: 0o700 })
  symlinkSync('big', join(folder, 'octo'))
  openStore(join(folder, 'octo'))
  chmodSync(join(folder, 'big'), 0o777)
  const error = expectCode('STORE_UNSAFE', () => openStore(join(folder, 'octo')))
  execFileSync('sh', ['-c', typedFrom(error.hint)])
  openStore(join(folder, 'octo'))
})

/** What stands between the backticks. */
function typedFrom(hint = ''): string {
  return /`(.+)`/.exec(hint)?.[1] ?? ''
}
