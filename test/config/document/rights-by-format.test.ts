// What only local documents may say is refused in every way that a fetched document has to say it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify as tomlOf } from 'smol-toml'
import { stringify } from 'yaml'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import type { Case } from '../../support/builders/field-places.ts'
import {
  documentWith,
  isPlain,
  LOCAL_FILE,
  LOCAL_TEXT,
  places,
  valueOfKind,
  WEB,
} from '../../support/builders/field-places.ts'
import { readConfig } from '../../support/builders/read-configs.ts'
import { writeConfigFiles } from '../../support/machine/config-files.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'

type Said = Record<string, unknown>
type Way = (said: Said) => { readonly address?: string; readonly text: string }

const WAYS: Readonly<Record<string, Way>> = {
  'a JSON document': (said) => ({ address: 'theirs.json', text: JSON.stringify(said) }),
  'a TOML document': (said) => ({ address: 'theirs.toml', text: tomlOf(said) }),
  'a template that writes the key': (said) => ({
    address: 'theirs.yaml?template=true',
    text: stringify(said).replace(/^(\w+):/, '{{"$1"}}:'),
  }),
  'a template that writes all of it': (said) => ({
    address: 'theirs.yaml?template=true',
    text: `{{if true}}\n${stringify(said)}{{end}}\n`,
  }),
  'an alias': (said) => {
    const [[key, value] = []] = Object.entries(said)
    return { text: `x-all: &all ${JSON.stringify(value)}\n${key}: *all\n` }
  },
  'merge keys of merge keys': (said) => {
    const [[key, value] = []] = Object.entries(said)
    if (!isPlain(value)) return { text: stringify(said) }
    return { text: `x-a: &a ${JSON.stringify(value)}\nx-b: &b {<<: [{}, *a]}\n${key}: {<<: *b}\n` }
  },
}

const rows = places('config').filter(({ row }) => row.fetched === 'never')
const known = new Set<Case['row']>()
/** Where a row stands first; it is the same row elsewhere. */
const first = rows.filter(({ row }) => !known.has(row) && known.add(row))

/**
 * A row is said in every third way where it stands first. Of its other places every second one is said in one way, which changes from
 * place to place. With OCTO_EVERY_CASE=1 each place is said in all ways.
 */
function isSaid(one: Case, nth: number): boolean {
  if (triesEveryCase) return true
  const at = first.indexOf(one)
  return at < 0 ? rows.indexOf(one) % (2 * Object.keys(WAYS).length) === nth : (at + nth) % 3 === 0
}

for (const [nth, [way, write]] of Object.entries(WAYS).entries())
  test(`no row that says never may be said by ${way}`, async (t) => {
    const directory = await writeConfigFiles(t, { [LOCAL_FILE]: LOCAL_TEXT })
    const said = rows.filter((one) => isSaid(one, Number(nth)))
    assert.ok(said.length >= first.length / 3, `${said.length} rows`)
    for (const { path, row } of said) {
      const { address, text } = write(documentWith(path, valueOfKind(row.holds)) as Said)
      const documents: Readonly<Record<string, string>> =
        address === undefined
          ? { [WEB]: text }
          : { [WEB]: `include: ["${address}"]\n`, [`https://x.example/${address}`]: text }
      const fetchText = async (url: string) => documents[url] ?? 'name: theirs\n'
      const error = await expectCodeAsync('CONFIG_INVALID', () =>
        readConfig(LOCAL_FILE, { cwd: directory, env: {}, fetchText }),
      )
      assert.match(
        error.message,
        /^`https:\/\/x\.example\/\S+` line \d+: a document from elsewhere may not /,
        path.join('.'),
      )
    }
  })
