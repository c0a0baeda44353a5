// What a shim compares: the answer of `stat` has to be what the system says, whole, or there is no shim.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { comparisonOf, differenceOf, requireSameAnswer } from '../../../operator/link/comparison.ts'
import { findLinkMachine } from '../../../operator/link/machine.ts'
import { noPlaces, watchFile, watchSearchedPlace } from '../../../system/files/watched-places.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const skip = process.platform !== 'linux' && 'plugins are linked on Linux only'
const STAT = '/usr/bin/stat'
const IS_ROOT = process.getuid?.() === 0

function somePlaces(folder: string) {
  const watched = noPlaces()
  mkdirSync(join(folder, 'real'))
  for (const [name, seconds] of [
    ['old', -1.5],
    ['now', 1e9],
    ['far', 3e9],
  ] as const) {
    writeFileSync(join(folder, 'real', name), name)
    utimesSync(join(folder, 'real', name), seconds, seconds)
    watchFile(watched, join(folder, 'real', name))
  }
  symlinkSync('real', join(folder, 'link'))
  watchFile(watched, join(folder, 'link/now'))
  watchSearchedPlace(watched, join(folder, 'nowhere/lib'))
  return comparisonOf(watched)
}

test('`stat` and the system say the same of files, links, folders and what is absent', { skip }, (t) => {
  const folder = tempFolder(t)
  const comparison = somePlaces(folder)
  requireSameAnswer(comparison, STAT)
  assert.equal(comparison.paths[0], join(folder, 'nowhere/lib'), 'what is absent comes first')
  assert.equal(differenceOf(comparison), undefined)
  mkdirSync(join(folder, 'nowhere'))
  assert.equal(differenceOf(comparison), undefined)
  mkdirSync(join(folder, 'nowhere/lib'))
  assert.equal(differenceOf(comparison), join(folder, 'nowhere/lib'))
  expectCode('LINK_REFUSED', () => requireSameAnswer(comparison, STAT))
})

/** Programs called `stat` that say something else. */
const OTHERS: Readonly<Record<string, string>> = {
  'whole seconds': `exec ${STAT} "$@" | sed -E 's/\\.[0-9]{9}/.000000000/g'`,
  'no time of change': `exec ${STAT} -c '%d:%i:%f:%u:%g:%s:%y:%y' "$4" "$5" "$6" "$7" "$8"`,
  'local time': `shift 3; TZ=Asia/Tokyo exec ${STAT} -c '%d:%i:%f:%u:%g:%s:%y:%z' -- "$@"`,
  'a line too few': `exec ${STAT} "$@" | sed 1d`,
  'a line too many': `${STAT} "$@"; echo more`,
  nothing: 'exit 1',
}
for (const [what, body] of Object.entries(OTHERS))
  test(`no shim is made with a \`stat\` that says ${what}`, { skip }, (t) => {
    const folder = tempFolder(t)
    const comparison = somePlaces(folder)
    writeFileSync(join(folder, 'stat'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    const { hint } = expectCode('LINK_REFUSED', () => requireSameAnswer(comparison, join(folder, 'stat')))
    assert.match(hint ?? '', /octo run/)
  })

test('a shim is made of programs of root alone, which nobody else may change', { skip }, (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'stat')
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 })
  const machine = findLinkMachine()
  assert.deepEqual([machine.env, statSync(machine.stat).uid], ['/usr/bin/env', 0])
  assert.match(machine.shell, /^\/bin\/sh( -p)?$/)
  if (IS_ROOT) assert.equal(findLinkMachine({ stat: [path] }).stat, path)
  for (const program of ['shell', 'stat', 'env'])
    assert.match(
      expectCode('LINK_REFUSED', () => findLinkMachine({ [program]: [join(folder, 'no')] })).message,
      /is not on/,
    )
  chmodSync(path, 0o757)
  for (const program of ['shell', 'stat', 'env'])
    expectCode('LINK_UNSAFE', () => findLinkMachine({ [program]: [path] }))
  chmodSync(path, 0o755)
  if (IS_ROOT) chownSync(path, 54_321, 54_321)
  expectCode('LINK_UNSAFE', () => findLinkMachine({ stat: [path] }))
})

test('plugins are linked on Linux only', () => {
  assert.match(expectCode('LINK_REFUSED', () => findLinkMachine({ platform: 'darwin' })).message, /on Linux only/)
})
