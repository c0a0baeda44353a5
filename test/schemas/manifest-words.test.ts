// Whole messages about a plugin.yaml that is wrong: the key, what was expected, what was found, and no word of a validator.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseManifest } from '../../schemas/manifest.ts'
import { foundWords } from '../../schemas/plain-words.ts'
import { expectCode } from '../support/assertions/expect-code.ts'

const GOOD = `name: hello
version: 1.2.3
kind: tool
description: says hello
protocol: exec
platforms:
  any: {runtime: {name: sh}, file: hello.sh}
`

const WRONG: readonly (readonly [right: string, wrong: string, message: string])[] = [
  [
    'kind: tool',
    'kind: toll',
    'line 3, `kind`: expected `tool`, `operator` or `service`, found `toll`, did you mean `tool`?',
  ],
  ['kind: tool', 'kind: 3', 'line 3, `kind`: expected `tool`, `operator` or `service`, found the number `3`'],
  ['kind: tool', 'kind: [tool]', 'line 3, `kind`: expected `tool`, `operator` or `service`, found a list'],
  ['kind: tool\n', '', 'line 1, `kind`: is missing, expected `tool`, `operator` or `service`'],
  [
    'name: hello',
    'name: Hello World',
    'line 1, `name`: expected 1–64 of `a-z`, `0-9`, `-` that start and end with a letter or digit, found `Hello World`',
  ],
  ['name: hello', 'name: 5', 'line 1, `name`: expected text, found the number `5`'],
  ['name: hello', 'name: true', 'line 1, `name`: expected text, found `true`'],
  ['description: says hello', 'description: ""', 'line 4, `description`: expected at least 1 character, found none'],
  ['description: says hello', 'description: {a: b}', 'line 4, `description`: expected text, found a map'],
  [
    'description: says hello',
    'description: "a\\nb"',
    'line 4, `description`: expected one line of well-formed text without control or bidirectional characters, found `a\\u{a}b`',
  ],
  [
    'protocol: exec',
    'protocol: exec\noutput: notify/v1',
    'line 1, `input`: expected `input: json`, as a plugin of this `output` is asked in a document',
  ],
  [
    'protocol: exec',
    'protocol: exec\ninput: none\noutput: secret/v1',
    'line 6, `input`: expected `input: json`, as a plugin of this `output` is asked in a document',
  ],
  ['protocol: exec', 'protocol: grpc', 'line 5, `protocol`: expected `exec` or `ocm`, found `grpc`'],
  [
    'protocol: exec',
    'protocol: exec\noutput: nagois',
    'line 6, `output`: expected `exit-code`, `check/v1`, `nagios`, `notify/v1` or `secret/v1`, found `nagois`, did you mean `nagios`?',
  ],
  ['protocol: exec', 'protocol: exec\ntimeoutMs: 5s', 'line 6, `timeoutMs`: expected a number, found `5s`'],
  [
    'protocol: exec',
    'protocol: exec\ntimeoutMs: 5',
    'line 6, `timeoutMs`: expected at least 100, found the number `5`',
  ],
  [
    'protocol: exec',
    'protocol: exec\ntimeoutMs: 1.5',
    'line 6, `timeoutMs`: expected a whole number, found the number `1.5`',
  ],
  [
    'protocol: exec',
    'protocol: exec\ntimeoutMs: 999999999',
    'line 6, `timeoutMs`: expected at most 86400000, found the number `999999999`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nhomepage: example.com',
    'line 6, `homepage`: expected a URL that starts with `https://` or `http://`, found `example.com`',
  ],
  [
    'protocol: exec',
    'protocol: exec\ncategory: Some Thing',
    'line 6, `category`: expected 1–32 of `a-z`, `0-9`, `-`, found `Some Thing`',
  ],
  [
    'protocol: exec',
    'protocol: exec\narguments: 5',
    'line 6, `arguments`: expected a map of keys, found the number `5`',
  ],
  ['protocol: exec', 'protocol: exec\nneeds: [network]', 'line 6, `needs`: expected a map of keys, found a list'],
  [
    'protocol: exec',
    'protocol: exec\nneeds: {network: example.com}',
    'line 6, `needs.network`: expected a list, found `example.com`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nneeds: {secrets: ["a b"]}',
    'line 6, `needs.secrets.0`: expected a name of letters, digits, `_`, `.` and `-`, found `a b`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nminimumOperator: ">=1"',
    'line 6, `minimumOperator`: expected an exact version such as `1.2.3`, found `>=1`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nreadme: ../README.md',
    'line 6, `readme`: expected a relative path without `..`, found `../README.md`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nreadme: /etc/passwd',
    'line 6, `readme`: expected a relative path without `..`, found `/etc/passwd`',
  ],
  ['protocol: exec', 'protocol: exec\nbuild: make', 'line 6, `build`: expected a map of keys, found `make`'],
  [
    'protocol: exec',
    'protocol: exec\nbuild: {commands: make}',
    'line 6, `build.commands`: expected a list, found `make`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nbuild: {commands: []}',
    'line 6, `build.commands`: expected at least 1 entry, found none',
  ],
  [
    'protocol: exec',
    'protocol: exec\nbuild: {commands: [5]}',
    'line 6, `build.commands.0`: expected a command line or a list of its words, found the number `5`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nbuild: {commands: [a], env: {"A B": c}}',
    'line 6, `build.env.A B`: expected the name of a variable, found `A B`',
  ],
  [
    'protocol: exec',
    'protocol: exec\nbuild: {commands: [a], passEnv: [OCTO_TOKEN]}',
    "line 6, `build.passEnv.0`: expected the name of a variable that is not octo's own, found `OCTO_TOKEN`",
  ],
  [
    '  any: {runtime: {name: sh}, file: hello.sh}',
    '  any: hello.sh',
    'line 7, `platforms.any`: expected a map of keys, found `hello.sh`',
  ],
  [
    '  any: {runtime: {name: sh}, file: hello.sh}',
    '  - any',
    'line 6, `platforms`: expected a map of keys, found a list',
  ],
  [
    'platforms:\n  any: {runtime: {name: sh}, file: hello.sh}',
    'platforms: {}',
    'line 6, `platforms`: expected at least one platform',
  ],
  [
    'platforms:\n  any: {runtime: {name: sh}, file: hello.sh}',
    'platforms:',
    'line 6, `platforms`: expected a map of keys, found nothing',
  ],
  [
    'name: sh',
    'name: ruby',
    'line 7, `platforms.any.runtime.name`: expected `node`, `sh`, `bash`, `python3` or `perl`, found `ruby`',
  ],
  ['{name: sh}', 'sh', 'line 7, `platforms.any.runtime`: expected a map of keys, found `sh`'],
  ['file: hello.sh', 'files: hello.sh', 'line 7, `platforms.any.files`: expected a list, found `hello.sh`'],
  ['file: hello.sh', 'files: []', 'line 7, `platforms.any.files`: expected at least 1 entry, found none (and 1 more)'],
  [
    'file: hello.sh',
    'file: hello.sh, executables: [1]',
    'line 7, `platforms.any.executables.0`: expected text, found the number `1`',
  ],
  ['file: hello.sh', 'file: 5', 'line 7, `platforms.any.file`: expected text, found the number `5`'],
  ['file: hello.sh', '', 'line 7, `platforms.any`: expected `file` (a bare executable) or `files` (an archive)'],
  [GOOD, 'just text', 'line 1, at its root: expected a map of keys, found `just text`'],
  [GOOD, '[]', 'line 1, at its root: expected a map of keys, found a list'],
  [GOOD, '', 'line 1, at its root: expected a map of keys, found nothing'],
]

const VALIDATOR_WORDS =
  /invalid|received|too (small|big)|pattern|\brecord\b|\bobject\b|\barray\b|\bstring\b|to (be|have) [<>]=|\|"/i

for (const [right, wrong, message] of WRONG)
  test(`plugin.yaml ${message}`, () => {
    const error = expectCode('MANIFEST_INVALID', () =>
      parseManifest(
        GOOD.replace(right, () => wrong),
        'plugin.yaml',
      ),
    )
    assert.equal(error.message, `\`plugin.yaml\` ${message}`)
    const problems = error.details.problems as readonly { readonly message: string }[]
    for (const { message: words } of problems) assert.doesNotMatch(words, VALIDATOR_WORDS)
    assert.equal(new Set(problems.map(({ message: words }) => words)).size, problems.length, 'nothing is said twice')
  })

test('what was found is named for what it is, and long texts are cut', () => {
  for (const [input, words] of [
    [undefined, 'nothing'],
    [null, 'nothing'],
    ['', 'nothing'],
    ['text', '`text`'],
    [5, 'the number `5`'],
    [false, '`false`'],
    [[1], 'a list'],
    [{ a: 1 }, 'a map'],
  ] as const)
    assert.equal(foundWords(input), words)
  const long = GOOD.replace('exec', 'x'.repeat(5000))
  assert.ok(expectCode('MANIFEST_INVALID', () => parseManifest(long, 'plugin.yaml')).message.length < 600)
})
