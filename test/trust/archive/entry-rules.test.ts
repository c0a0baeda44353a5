// Paths of archives: what two file systems read differently, or one cannot hold, is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARCHIVE_LIMITS } from '../../../schemas/limits.ts'
import { ArchiveRules } from '../../../trust/archive/entry-rules.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

/** Pairs that some file system takes for one. */
const TWINS: readonly (readonly [string, string])[] = [
  ['main.js', 'main.jſ'],
  ['main.js', 'MAIN.JS'],
  ['straße', 'STRASSE'],
  ['straße', 'strasse'],
  ['straẞe', 'strasse'],
  ['k', '\u212a'],
  ['ﬁle', 'file'],
  ['ﬀ', 'ff'],
  ['ﬃ', 'FFI'],
  ['σ', 'ς'],
  ['Σ', 'ς'],
  ['ʼn', 'ŉ'],
  ['ǆ', 'ǅ'],
  ['ǆ', 'Ǆ'],
  ['µ', 'μ'],
  ['ı', 'I'],
  ['i\u0307', 'İ'],
  ['ω', '\u03a9'],
  ['а', 'А'],
  ['ꭰ', 'Ꭰ'],
  ['ᾳ', 'ᾼ'],
  ['ﬅ', 'ﬆ'],
  ['ẖ', 'H\u0331'],
  ['Ü', 'ü'],
  ['𐐀', '𐐨'],
]

test(`refuses ${TWINS.length} pairs of names that a file system takes for one, as files and as folders`, () => {
  for (const [one, other] of TWINS)
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      if ([first, second].some((name) => name !== name.normalize('NFC'))) continue
      const admit = (paths: readonly string[]) => {
        const rules = new ArchiveRules()
        for (const path of paths) rules.admit({ type: path.endsWith('/') ? 'Directory' : 'File', path, size: 0 })
      }
      for (const paths of [
        [first, second],
        [`${first}/a`, `${second}/b`],
        [`${first}/`, `${second}/b`],
        [`${first}/`, `${second}/`],
        [`${first}/a`, second],
        [first, `${second}/a`],
        [`x/${first}/a/b`, `x/${second}`],
      ])
        expectCode('ARCHIVE_ENTRY_UNSAFE', () => assert.fail(`took ${paths}: ${admit(paths)}`))
      admit([`${first}/a`, `${first}/b`, `${first}x`])
    }
})

const BAD_PATHS: readonly string[] = [
  ...[
    '',
    '/',
    '//',
    '.',
    './a',
    'a/.',
    'a/..',
    '../a',
    'a//b',
    '/a',
    'a\\b',
    'C:a',
    'c:/a',
    'a:b',
    'a*',
    'a?',
    'a"b',
    'a<b',
    'a>b',
    'a|b',
    '\\\\host\\x',
  ],
  ...[
    'a\0b',
    'a\nb',
    'a\u007f',
    'a\u0085b',
    'a\u200bb',
    'a\u200db',
    'a\u202eb',
    'a\ufeff',
    'a\u2028b',
    'a\ud800',
    'a\ufe0f',
    'a\u034fb',
    'a\u3164',
    'a\uffff',
    'a\ufdd0',
    'a\u00ad',
  ],
  ...['e\u0301', '\u212b', 'a\u0327\u0301'.normalize('NFD'), '한'.normalize('NFD')],
  ...[
    'a.',
    'a ',
    'a. ',
    'a/b./c',
    ' ./x',
    'con',
    'CON',
    'con.txt',
    'Con.tar.gz',
    'con .txt',
    'nul',
    'aux/x',
    'x/prn',
    'com1',
    'COM9.x',
    'com0',
    'lpt1',
    'LPT0.txt',
    'com¹',
    'lpt³.x',
    'conin$',
    'CONOUT$',
  ],
  ...[
    'longna~1',
    'LONGNA~1.TXT',
    'a~1/b',
    'git~1',
    'x'.repeat(256),
    'ü'.repeat(128),
    '한'.repeat(86),
    `${'d/'.repeat(16)}x`,
    'a/'.repeat(300),
  ],
]

test(`refuses ${BAD_PATHS.length} paths that another system reads differently or not at all`, () => {
  for (const path of BAD_PATHS)
    expectCode('ARCHIVE_ENTRY_UNSAFE', () =>
      assert.fail(`took ${new ArchiveRules().admit({ type: 'File', path, size: 0 })}`),
    )
  for (const path of [
    'a',
    'a b',
    '.hidden',
    'a.b.c',
    '...a',
    '-x',
    'grün',
    'x'.repeat(255),
    'console',
    'com10',
    'a~b',
    'backup~',
    'nulx',
    '日本',
    '😀',
    'con-x',
    'a/con_',
  ])
    assert.equal(new ArchiveRules().admit({ type: 'File', path, size: 0 }), path)
})

test('counts entries, bytes and depth to their limits and no further', () => {
  const rules = new ArchiveRules({ ...ARCHIVE_LIMITS, maxEntries: 2, maxBytes: 10 })
  rules.admit({ type: 'File', path: 'a', size: 5 })
  expectCode('LIMIT_EXCEEDED', () => rules.admit({ type: 'File', path: 'b', size: 6 }))
  expectCode('LIMIT_EXCEEDED', () => rules.admit({ type: 'File', path: 'c', size: 0 }))
})

test('refuses a folder that appears twice, and takes one whose files came before it', () => {
  const folder = { type: 'Directory', path: 'a/', size: 0 }
  const rules = new ArchiveRules()
  rules.admit({ type: 'File', path: 'a/b', size: 0 })
  rules.admit(folder)
  const { message } = expectCode('ARCHIVE_ENTRY_UNSAFE', () => rules.admit(folder))
  assert.match(message, /appears twice/)
})

test('refuses more bytes than all entries and their headers can have, however well they were packed', () => {
  const { maxBytes, maxEntries } = ARCHIVE_LIMITS
  const most = maxBytes + 2048 * maxEntries
  const rules = new ArchiveRules()
  rules.admitRatio(most, most)
  const { message } = expectCode('LIMIT_EXCEEDED', () => rules.admitRatio(most + 1, most + 1))
  assert.match(message, /uncompressed bytes/)
})
