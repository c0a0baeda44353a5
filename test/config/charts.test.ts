// Charts with the constructs of the public ones, from the web: they load, are merged and shown, and become Compose files and objects of
// Kubernetes that are kept. test/support/charts/write-golden.ts writes those anew.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { composeProblems } from '../support/builders/compose-schema.ts'
import type { ChartConfig } from '../support/charts/rendered-chart.ts'
import { CHARTS, CONFIGS, renderedChart } from '../support/charts/rendered-chart.ts'
import { KUBERNETES_VERSIONS, schemaProblems } from '../support/kubernetes/schemas.ts'

const golden = (name: string) => readFileSync(join(CHARTS, 'golden', `${name}.yaml`), 'utf8')

for (const [name, forms] of Object.entries(CONFIGS))
  for (const form of forms)
    test(`the charts of \`${name}\` for ${form} are what is kept`, async () => {
      const { text, notes, warnings } = await renderedChart(name as ChartConfig, form)
      const said = [...warnings, ...notes].map((line) => `# ${line}\n`).join('')
      assert.equal(`${said}${text}`, golden(`${name}.${form}`))
      if (form === 'compose') assert.deepEqual(composeProblems(parse(text)), [])
      if (form === 'kubernetes')
        for (const object of parseAllDocuments(text).map((document) => document.toJS()))
          for (const version of KUBERNETES_VERSIONS) assert.deepEqual(schemaProblems(object, version), [])
    })

test('no secret of a chart is shown, and none stands in an object beside Secrets', async () => {
  const shown = await renderedChart('cloud', 'show')
  assert.doesNotMatch(shown.text, /notSecure|password: admin/)
  const { text } = await renderedChart('cloud-in-kubernetes', 'kubernetes')
  const others = parseAllDocuments(text).filter((document) => document.get('kind') !== 'Secret')
  assert.ok(others.length > 5)
  assert.doesNotMatch(others.map(String).join(), /notSecure/)
})

test('what reads the socket of Docker is refused for a cluster, by its path', async () => {
  const whole = renderedChart('cloud', 'kubernetes' as never)
  await assert.rejects(
    whole,
    /service `ingress`: `\/var\/run\/docker\.sock` is a path of this machine, which a cluster does not have/,
  )
})
