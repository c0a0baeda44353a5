// The image in which operators of containers install plugins of checks: a name of an image, said once, and by local documents alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const WEB = 'https://x.example/shared.yaml'
const SERVICES = { services: { web: { image: 'x' } } }
const IMAGES = ['octo', 'ghcr.io/acme/octo:1.4', `localhost:5000/octo@sha256:${'a'.repeat(64)}`]
const REFUSED = [
  ...[undefined, null, '', 'x', ['octo'], 1].map(
    (probes) => [probes, probes === undefined || probes === null] as const,
  ),
  ...[{}, { image: null }, { image: 1 }, { image: '' }, { image: 'Not An Image' }, { image: ['octo'] }].map(
    (probes) => [probes, false] as const,
  ),
  ...[1, true, ['octo-login'], 'Octo Login', '../octo', '-octo', 'octo-', 'a/b', 'x'.repeat(254)].map(
    (login) => [{ image: 'octo', login }, false] as const,
  ),
]

test(`an image is taken below \`operator\` and \`octoctl\` (${IMAGES.length * 2})`, async (t) => {
  for (const image of IMAGES)
    for (const section of ['operator', 'octoctl']) {
      const config = await readFiles(t, { 'octo.yaml': stringify({ ...SERVICES, [section]: { probes: { image } } }) })
      assert.deepEqual(config.probes, { image })
    }
})

test('a secret for a private repo is named beside it', async (t) => {
  const probes = { image: 'octo', login: 'octo-login.v2' }
  const config = await readFiles(t, { 'octo.yaml': stringify({ ...SERVICES, operator: { probes } }) })
  assert.deepEqual(config.probes, probes)
})

test(`what names no image, or no secret, is refused (${REFUSED.length})`, async (t) => {
  for (const [probes, isNothing] of REFUSED) {
    const read = () => readFiles(t, { 'octo.yaml': stringify({ ...SERVICES, operator: { probes } }) })
    if (isNothing) assert.equal((await read()).probes, undefined)
    else await expectCodeAsync('CONFIG_INVALID', read)
  }
  const twice = { operator: { probes: { image: 'a' } }, octoctl: { probes: { image: 'b' } } }
  await expectCodeAsync('CONFIG_INVALID', () => readFiles(t, { 'octo.yaml': stringify({ ...SERVICES, ...twice }) }))
})

test('no document from elsewhere says in which image plugins are proven', async (t) => {
  for (const section of ['operator', 'octoctl']) {
    const local = { ...SERVICES, include: [WEB], operator: { probes: { image: 'octo' } } }
    const fetchText = async () => stringify({ [section]: { probes: { image: 'evil' } } })
    await expectCodeAsync('CONFIG_INVALID', () =>
      readFiles(t, { 'octo.yaml': stringify(local) }, { env: {}, fetchText }),
    )
  }
})
