// Whether a lockfile answers what is asked, and if not, why: what the config, the lockfile and the question say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entryOf, gapOf } from '../../../client/lockfile/cover.ts'
import { nameOf } from '../../../client/lockfile/file.ts'
import type { Question } from '../../../client/sources/offer.ts'
import type { OctoConfig } from '../../../config/model/config.ts'
import type { LockedPlugin, Lockfile } from '../../../schemas/lockfile.ts'
import { LOCK_FORMAT } from '../../../schemas/lockfile.ts'
import type { Name } from '../../../schemas/name.ts'
import type { Version } from '../../../schemas/version.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { aConfig } from '../../support/builders/a-config.ts'
import { issueKey } from '../../support/builders/test-authority.ts'

const key = issueKey()
const urlOf = (repo: string) => `https://plugins.example/repos/${repo}.yaml`

function anEntry(full: string, change: Partial<LockedPlugin> = {}): LockedPlugin {
  const [repo = '', plugin = ''] = full.split('/') as Name[]
  return {
    ...{
      repo: repo as Name,
      registryRepo: repo as Name,
      plugin: plugin as Name,
      url: urlOf(repo),
      ranges: [],
      serial: 1,
    },
    ...{ version: '1.2.0' as Version, signer: key.trustKey.id, platforms: {} },
    ...change,
  }
}

function aLock(...entries: readonly LockedPlugin[]): Lockfile {
  return { format: LOCK_FORMAT, plugins: Object.fromEntries(entries.map((entry) => [nameOf(entry), entry])) }
}

/** `tool` or `core/tool`, in these ranges. */
function asking(name: string, ...ranges: readonly string[]): Question {
  const [plugin, repo] = name.split('/').reverse() as Name[]
  return { plugin: plugin as Name, repo, ranges, prerelease: false }
}

const LOCK = aLock(anEntry('core/hello'), anEntry('other/hello'), anEntry('core/tool'))
const ENTRIES: readonly (readonly [asked: string, found: string | undefined])[] = [
  ['tool', 'core/tool'],
  ['core/tool', 'core/tool'],
  ['other/tool', undefined],
  ['core/hello', 'core/hello'],
  ['other/hello', 'other/hello'],
  ['nothing', undefined],
]
for (const [asked, found] of ENTRIES)
  test(`of a lockfile with core/hello, other/hello and core/tool, ${asked} is ${found ?? 'none'}`, () => {
    const entry = entryOf(LOCK, asking(asked))
    assert.equal(entry && nameOf(entry), found)
  })

test('a name that is locked from two repos is refused until it is pinned', () => {
  const error = expectCode('NAME_AMBIGUOUS', () => entryOf(LOCK, asking('hello')))
  assert.deepEqual(error.details, { plugin: 'hello', repos: ['core', 'other'] })
  assert.match(error.hint ?? '', /plugins: \{hello: \{repo: NAME\}\}/)
})

const CONFIG: OctoConfig = aConfig([
  { url: urlOf('core'), trust: key },
  { name: 'plain', url: urlOf('plain'), trust: { kind: 'unsigned' } },
])
const tool = anEntry('core/tool')
const GAPS: readonly (readonly [what: string, entry: LockedPlugin | undefined, question: Question, gap?: RegExp])[] = [
  ['no entry', undefined, asking('tool'), /^`tool` is not in it$/],
  ['a stable version', tool, asking('tool')],
  ['a version in all ranges', tool, asking('tool', '^1', '<1.3')],
  [
    'a version outside of one range',
    tool,
    asking('tool', '^1', '<1.2'),
    /^`tool@1\.2\.0` is locked, and `\^1` and `<1\.2` is/,
  ],
  [
    'a pre-release',
    { ...tool, version: '2.0.0-rc.1' as Version },
    asking('tool'),
    /and a stable version is asked for$/,
  ],
  ['a repo that is gone', anEntry('gone/tool'), asking('tool'), /from repo `gone`, which the config does not have$/],
  [
    'a repo that moved',
    { ...tool, url: urlOf('old') },
    asking('tool'),
    /old\.yaml`, and repo `core` is .*core\.yaml` now$/,
  ],
  [
    'no signature where keys are asked for',
    { ...tool, signer: 'unsigned' },
    asking('tool'),
    /locked without a signature/,
  ],
  ['a signature where none is trusted', anEntry('plain/tool'), asking('tool'), /locked with a signature/],
  ['no signature where none is asked for', anEntry('plain/tool', { signer: 'unsigned' }), asking('tool')],
]
for (const [what, entry, question, gap] of GAPS)
  test(`an entry with ${what} ${gap ? 'does not answer, and says so' : 'answers'}`, () => {
    const found = gapOf(entry, question, CONFIG)
    if (gap) assert.match(found ?? 'it answers', gap)
    else assert.equal(found, undefined)
  })
