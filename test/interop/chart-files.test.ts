// What charts become, read by the program that runs it: `config` of Docker Compose.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'
import { CHARTS } from '../support/charts/rendered-chart.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const COMPOSE = [['docker', 'compose'], ['docker-compose']].find(
  ([program = '', ...words]) => spawnSync(program, [...words, 'version']).status === 0,
)
const skip = COMPOSE ? false : 'neither docker compose nor docker-compose is on this machine'

for (const name of ['cloud', 'design'])
  test(`the Compose file of \`${name}\` is one for ${COMPOSE?.join(' ') ?? 'Docker Compose'}`, { skip }, (t) => {
    const [program = '', ...words] = COMPOSE ?? []
    const file = join(CHARTS, 'golden', `${name}.compose.yaml`)
    const argv = [...words, '-p', name, '-f', file, '--project-directory', tempFolder(t), 'config', '--services']
    const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    const services = {
      cloud: ['bridge', 'diagrams-init', 'ingress', 'office', 'sites-init', 'suite'],
      design: ['backend', 'backend-init', 'exporter', 'frontend', 'postgres', 'redis'],
    }
    assert.deepEqual(stdout.split('\n').filter(Boolean).sort(), services[name as keyof typeof services])
  })
