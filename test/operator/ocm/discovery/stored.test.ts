// Plugins of repos as the host has them: which of the pinned ones they are, asked once, and proven again right before each start.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Client } from '../../../../client/index.ts'
import { openKnowledge } from '../../../../operator/ocm/discovery/known-files.ts'
import { discoverStored } from '../../../../operator/ocm/discovery/stored.ts'
import { expectCode } from '../../../support/assertions/expect-code.ts'
import { aPin } from '../../../support/builders/a-config.ts'
import { LISTER } from '../../../support/builders/service-plugin.ts'
import { aMachine } from '../../../support/client/client-machine.ts'
import { tempFolder } from '../../../support/machine/temp-folder.ts'

const OCM = { kind: 'service', protocol: 'ocm' } as const
const PINS = ['tool', 'traced'].map(aPin)

/** `traced` leaves a trace each time it is run; `tool` speaks another protocol. */
async function aPlace(t: TestContext) {
  const folder = tempFolder(t)
  const trace = join(folder, 'trace')
  const bytes = Buffer.from(`#!/bin/sh\necho ran >> '${trace}'\necho '${LISTER}'\n`)
  const traced = { plugin: 'traced', manifest: OCM, platforms: { linux_amd64: bytes } }
  const { base, withClient } = await aMachine(t, [{ plugin: 'tool' }, traced])
  const config = { ...base.config, pins: PINS }
  const find = async (client: Client) => {
    using knowledge = openKnowledge(base.storeRoot)
    const facts = { knowledge, env: { PATH: process.env.PATH }, cwd: folder, timeoutMs: 60_000 }
    return await discoverStored(PINS, { client, provide: client.provide }, { ...facts, taken: new Map() })
  }
  return { trace, bytes, find, open: <Result>(act: (client: Client) => Promise<Result>) => withClient({ config }, act) }
}

test('of the pinned plugins those are found that speak the protocol, each asked once for what it can do', async (t) => {
  const { trace, find, open } = await aPlace(t)
  for (const round of [1, 2]) {
    const found = await open(find)
    assert.deepEqual(
      found.map(({ name, proof, state }) => [name, proof, state]),
      [['traced', 'signature', 'usable']],
    )
    assert.equal(readFileSync(trace, 'utf8'), 'ran\n', `round ${round}`)
  }
})

test('a program that was changed since it was found is not opened', async (t) => {
  const { find, open, bytes } = await aPlace(t)
  await open(async (client) => {
    const [found] = await find(client)
    assert.ok(found?.state === 'usable')
    const opened = found.plugin.open()
    opened[Symbol.dispose]()
    const path = opened.leading.at(-1) ?? ''
    assert.ok(existsSync(path) && readFileSync(path).equals(bytes))
    chmodSync(path, 0o755)
    writeFileSync(path, String(bytes).replace('echo ran', 'echo bad'))
    expectCode('STORE_CORRUPT', () => found.plugin.open())
  })
})
