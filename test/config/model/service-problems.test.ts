// What keeps services from being started, as the config alone tells it: which health checks can ever say that one is healthy.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serviceProblems } from '../../../config/model/service-problems.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const CHECKS: readonly (readonly [check: string, problems: number])[] = [
  ['tool: c', 0],
  ['tool: c, operators: [baremetal]', 0],
  ['tool: c, operators: [docker, baremetal]', 0],
  ['tool: c, operators: [docker]', 1],
  ['tool: c, enabled: false', 1],
  ['tool: c, operators: [baremetal], disabled: true', 1],
]

for (const [check, problems] of CHECKS)
  test(`a wait until the service with the check \`${check}\` is healthy is ${problems === 0 ? 'none' : 'a problem'}`, async (t) => {
    const services = `db: {command: [x], health: [{${check}}]}, web: {command: [x], depends_on: {db: {condition: healthy}}}`
    const found = serviceProblems(await readFiles(t, { 'octo.yaml': `services: {${services}}\n` }))
    assert.equal(found.length, problems)
    for (const { message } of found) assert.match(message, /`db` is healthy, which has no health checks$/)
  })
