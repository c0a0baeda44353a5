// What an author reads about a plugin.yaml that is wrong: each problem with its line, what was found, and what was meant.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseManifest } from '../../schemas/manifest.ts'
import { renderError } from '../../terminal/render-error.ts'
import { expectCode } from '../support/assertions/expect-code.ts'

const GOOD = `name: hello
version: 1.2.3
kind: tool
description: says hello
protocol: exec
platforms:
  any: {runtime: {name: sh}, file: hello.sh}
`
const linesOf = (text: string) =>
  renderError(expectCode('MANIFEST_INVALID', () => parseManifest(text, 'plugin.yaml'))).split('\n')

const VERSIONS: readonly [string, RegExp][] = [
  ['v1.2.3', /line 2.*found `v1\.2\.3`: write `1\.2\.3`/],
  ['1.2.3+build.5', /found `1\.2\.3\+build\.5`: leave out `\+build\.5`/],
  ['v1.2.3+build.5', /leave out `\+build\.5`/],
  ['1.10', /in quotes.*found the number `1\.1`/],
  ['"1.10"', /found `1\.10`: three parts are needed/],
  ['1', /found the number `1`/],
  ['latest', /expected an exact version such as `1\.2\.3`, found `latest`/],
  ['"01.2.3"', /found `01\.2\.3`/],
]
for (const [version, expected] of VERSIONS)
  test(`a version ${version} is answered with what was found`, () => {
    assert.match(linesOf(GOOD.replace('1.2.3', version)).join('\n'), expected)
  })

const KEYS: readonly [string, string, RegExp][] = [
  ['description', 'descripton', /line 4.*unknown key `descripton`, did you mean `description`\?/],
  ['platforms', 'platfroms', /line 6.*did you mean `platforms`\?/],
  ['file: hello', 'fiel: hello', /line 7.*unknown key `fiel`, did you mean `file`\?/],
  ['{name: sh', '{nmae: sh', /line 7.*unknown key `nmae`, did you mean `name`\?/],
  ['description: says', 'zzz: says', /unknown key `zzz`$/m],
  ['description: says hello', '', /`description`: is missing, expected text/],
  ['version: 1.2.3', '', /`version`: is missing, expected an exact version such as `"1\.2\.3"`$/m],
  ['any:', 'linux:', /line 7, `platforms\.linux`: expected a platform such as `linux_amd64` or `any`/],
  ['any:', 'Linux_x64:', /`platforms\.Linux_x64`: expected a platform/],
  ['runtime: {name: sh}, ', '', /line 7, `platforms\.any`: expected `runtime`, such as `runtime: \{name: sh\}`/],
]
for (const [right, wrong, expected] of KEYS)
  test(`${wrong || 'a key that is missing'} is named with its line`, () => {
    assert.match(linesOf(GOOD.replace(right, wrong)).join('\n'), expected)
  })

test('each problem stands in a line of its own', () => {
  const lines = linesOf(GOOD.replace('1.2.3', 'v1').replace('description', 'descripton').replace('tool', 'toll'))
  for (const word of ['descripton', 'version', 'kind'])
    assert.equal(lines.slice(1).filter((line) => line.includes(`\`${word}\``)).length, 1, word)
})
