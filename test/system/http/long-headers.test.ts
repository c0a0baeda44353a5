// Headers and addresses of servers are looked through once, however long they are: nothing else runs meanwhile, and no deadline counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { listTags } from '../../../oci/tag-list.ts'
import { shownAddress } from '../../../schemas/shown-address.ts'
import { bearerParameters } from '../../../system/http/bearer-challenge.ts'

const LONG = 500_000

/** In one look each takes less than a second; by going back from every letter, minutes to hours. */
function endsSoon<Result>(act: () => Result): Result {
  return runInNewContext('act()', { act }, { timeout: 100_000 }) as Result
}

const CHALLENGES: Readonly<Record<string, string>> = {
  letters: 'a'.repeat(LONG),
  quotes: '"'.repeat(LONG),
  'values that never end': 'a="'.repeat(LONG / 3),
  blanks: ' '.repeat(LONG),
}

for (const [what, rest] of Object.entries(CHALLENGES))
  test(`a challenge of very many ${what} is looked through once`, () => {
    const said = endsSoon(() => bearerParameters(`Bearer realm="https://tokens.example/",${rest}`))
    assert.equal(said?.get('realm'), 'https://tokens.example/')
  })

for (const [what, link] of Object.entries({ targets: '<a>;'.repeat(LONG), brackets: '<'.repeat(LONG) }))
  test(`a link of very many ${what} is looked through once`, async () => {
    const ask = () => Promise.resolve({ headers: { link }, bytes: Buffer.from('{"tags":["1"]}') })
    const first = new URL('https://registry.example/v2/a/tags/list')
    assert.deepEqual([...(await endsSoon(() => listTags({ first, subject: 'a', ask })))], ['1'])
  })

const ADDRESSES: Readonly<Record<string, string>> = {
  colons: ':'.repeat(LONG),
  'colons after a slash': `/${':'.repeat(LONG)}`,
  'signs of a user': `a:${'@'.repeat(LONG)}`,
  slashes: '/'.repeat(LONG),
}

for (const [what, text] of Object.entries(ADDRESSES))
  test(`an address of very many ${what} is looked through once`, () => {
    assert.equal(typeof endsSoon(() => shownAddress(text)), 'string')
  })
