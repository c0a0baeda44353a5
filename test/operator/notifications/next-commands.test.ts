// What to type behind a problem: command lines about the config that was meant, and no secret of its address.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandsOfChecks, commandsOfServices } from '../../../operator/notifications/next-commands.ts'

const PLAIN = ['/srv/a shop/octo.yaml', '/srv/me@home/octo.yaml?#', 'https://configs.example:8443/octo.yaml']

for (const path of PLAIN)
  test(`the commands about ${path} name it`, () => {
    for (const about of [commandsOfServices(path), commandsOfChecks(path)])
      for (const service of ['web', '']) {
        const [place, ...commands] = about(service)
        assert.match(place ?? '', /^To look at it, as \S.* on \S+:$/)
        for (const command of commands) assert.ok(command.includes(path), command)
      }
  })

test('an address with a query is told to nobody, nor cut to that of another config', () => {
  const path = 'https://configs.example/octo.yaml?signature=s3cret'
  for (const about of [commandsOfServices(path), commandsOfChecks(path)]) assert.deepEqual(about('web'), [])
})
