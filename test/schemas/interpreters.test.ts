// First lines of scripts: which interpreter is started with which words, and which are refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFirstLine } from '../../schemas/first-line.ts'
import { isolationOf, KNOWN_INTERPRETERS } from '../../schemas/interpreters.ts'

const read = (line: string) => readFirstLine(Buffer.from(`#!${line}\n`))
const refusedBecause = (line: string) => {
  const found = read(line)
  return found && 'problem' in found ? found.problem : undefined
}

const ADMITTED = [
  ...['/bin/sh', '/bin/sh -e', '/bin/sh -', '/bin/sh --', '/bin/dash -eux', '/usr/bin/ksh93 -o errexit', '/bin/mksh'],
  ...['/bin/bash -euo pipefail', '/usr/bin/env -S bash -eEuo pipefail -o posix', '/bin/bash -eu -', '/bin/bash --norc'],
  ...['/bin/busybox sh', '/bin/busybox ash -eu', '/bin/zsh -e', '/bin/csh -f', '/bin/tcsh -f'],
  ...[
    '/usr/bin/python',
    '/usr/bin/python2.7 -u',
    '/usr/bin/env python3.13',
    '/usr/bin/pypy3 -I',
    '/usr/bin/perl5.36.0 -T',
  ],
  ...['/usr/bin/env -S node --no-warnings --max-old-space-size=64', '/usr/bin/nodejs', '/usr/bin/ruby3.1 -w'],
  ...['/usr/bin/php8.2 -q', '/usr/bin/Rscript', '/usr/bin/tclsh8.6', '/usr/bin/expect -f', '/usr/bin/mawk -f'],
  ...['/bin/sed -nf', '/bin/sed -n -f'],
]

const SHELLS = ['/bin/sh', '/bin/bash', '/bin/zsh', '/bin/ksh', '/bin/busybox sh']
const REFUSED = [
  // They read files of the working directory or the user's home before the script, and nobody told them not to.
  ...['bun', 'deno', 'tsx', 'ts-node', 'npx', 'fish', 'pwsh', 'lua', 'julia', 'irb', 'make', 'gdb', 'java', 'guile'],
  ...['xargs', 'sudo', 'nice', 'time', 'cat', 'rbash', 'bash5', 'python4', 'perl6', 'node-22', 'Python3', 'SH'],
].flatMap((name) => [`/usr/bin/${name}`, `/usr/bin/env ${name}`, `/usr/bin/env -S ${name}`])

const REFUSED_WORDS = [
  // Nothing of the script runs, and the exit code is 0.
  ...SHELLS.flatMap((shell) => ['-n', '-en', '-t', '-o noexec', '-eo noexec'].map((word) => `${shell} ${word}`)),
  ...[
    '/usr/bin/perl -c',
    '/usr/bin/perl -wc',
    '/usr/bin/perl -v',
    '/usr/bin/python3 -V',
    '/usr/bin/ruby -c',
    '/usr/bin/php -l',
  ],
  // Start-up files.
  ...SHELLS.flatMap((shell) =>
    ['-l', '-i', '--login', '--rcfile x', '--init-file=x'].map((word) => `${shell} ${word}`),
  ),
  ...SHELLS.flatMap((shell) => ['-o interactive', '-o login', '-o rcs', '-o'].map((word) => `${shell} ${word}`)),
  ...['/bin/csh -i', '/bin/csh -l', '/usr/bin/Rscript -e', '/usr/bin/Rscript --restore', '/usr/bin/tclsh x'],
  // A word that is taken for the script, which is then looked for in the working directory.
  ...SHELLS.flatMap((shell) =>
    ['hook', '- hook', '-- hook', '- -e', '-- -e', '-o posix hook'].map((word) => `${shell} ${word}`),
  ),
  ...[
    '/bin/busybox',
    '/bin/busybox -e',
    '/bin/busybox sh sh',
    '/bin/busybox sh ash',
    '/bin/busybox env',
    '/bin/busybox -x sh',
  ],
  ...[
    '/usr/bin/python3 -',
    '/usr/bin/python3 -u x',
    '/usr/bin/perl - x',
    '/usr/bin/perl x',
    '/usr/bin/env -S node x.js',
  ],
  // Code, or the place of code.
  ...[
    '/usr/bin/perl -n',
    '/usr/bin/perl -p',
    '/usr/bin/perl -i',
    '/usr/bin/perl -x',
    '/usr/bin/perl -Mx',
    '/usr/bin/perl -Ix',
  ],
  ...[
    '/usr/bin/python3 -c',
    '/usr/bin/python3 -m',
    '/usr/bin/python3 -i',
    '/usr/bin/python3 -Xx',
    '/usr/bin/python3 -Wx',
  ],
  ...[
    '/usr/bin/ruby -rx',
    '/usr/bin/ruby -Cx',
    '/usr/bin/php -d',
    '/usr/bin/php -cx',
    '/usr/bin/awk -i',
    '/bin/sed -i',
    '/bin/sed -e',
  ],
  ...[
    '/usr/bin/env -S node -r x',
    '/usr/bin/env -S node --import=x',
    '/usr/bin/env -S node --eval',
    '/usr/bin/env -S node -',
  ],
]

test('admits interpreters that are known, with words that load no other code', () => {
  for (const line of ADMITTED) assert.equal(refusedBecause(line), undefined, line)
})

test('refuses an interpreter of which nobody knows what it reads before the script', () => {
  for (const line of REFUSED) assert.match(refusedBecause(line) ?? '', /does not know what that reads/, line)
})

test('refuses words that load other code, or that keep the script from running', () => {
  for (const line of REFUSED_WORDS) assert.notEqual(refusedBecause(line), undefined, line)
})

test('every interpreter that is admitted has its flags, by whatever name and version', () => {
  for (const line of ADMITTED) {
    const found = read(line)
    assert.ok(found && 'interpreter' in found, line)
    const name = found.interpreter.slice(found.interpreter.lastIndexOf('/') + 1)
    assert.ok(isolationOf(name), line)
  }
  for (const name of ['python', 'python2', 'python2.7', 'python3.13', 'pypy', 'pypy3.10'])
    assert.deepEqual(isolationOf(name), ['-E', '-s', '-B'], name)
  for (const name of ['perl', 'perl5', 'perl5.36.0']) assert.deepEqual(isolationOf(name), ['-f', '-M-lib=.'], name)
  assert.equal(isolationOf('bun'), undefined)
})

test('every interpreter that people are told of is known', () => {
  for (const name of KNOWN_INTERPRETERS) assert.notEqual(isolationOf(name), undefined, name)
})

const MENDED: readonly (readonly [line: string, hint: RegExp])[] = [
  ['/bin/sh\r', /line ends of Unix/],
  ['/usr/bin/lua', /^write it for one of `sh`, `bash`.*`python3`/],
  ['/usr/bin/env bun', /^write it for one of/],
  ['/bin/busybox', /`#!\/bin\/busybox sh`/],
  ['/bin/bash -i', /^leave that argument out/],
  ['/usr/bin/env node --no-warnings', /`#!\/usr\/bin\/env -S`/],
  ['/usr/bin/env ./interp', /the plain name of an interpreter/],
  [`/opt/${'x'.repeat(130)}/bash`, /by a shorter path/],
  ['bin/interp', /^begin the script with `#!` and an absolute path/],
]
test('each first line that is refused comes with what mends it', () => {
  for (const [line, hint] of MENDED) {
    const found = read(line)
    assert.match(found && 'problem' in found ? found.hint : '', hint, line)
  }
})
