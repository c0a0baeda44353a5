// The disk below a registry fails while it works, and is read-only from then on.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aRelease, issueKey } from '../support/builders/test-authority.ts'
import { aFailingDisk, whyNoFailingDisk } from '../support/machine/failing-disk.ts'
import { rounds } from '../support/machine/full-form.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { publishRelease } from '../support/publisher/publish-release.ts'
import { expectCleanFsck } from '../support/registry/fsck.ts'
import { prepareRegistryData, startRegistryChild } from '../support/registry/registry-child.ts'
import { proveAllShown } from '../support/registry/served-release.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const skip = whyNoFailingDisk() ?? false
const DISKS = rounds({ short: 1, full: 20 })
const HALTED = 74

test(`a registry whose disk becomes read-only, ${DISKS} times, takes nothing more, ends with 74 and has lost nothing`, {
  skip,
}, async (t) => {
  for (let round = 0; round < DISKS; round++) {
    const disk = aFailingDisk(t)
    const dataDir = join(tempFolder(t), 'data')
    // The log of the registry stays on another disk.
    mkdirSync(join(disk.folder, 'data'))
    symlinkSync(join(disk.folder, 'data'), dataDir)
    const key = issueKey()
    const { token } = await prepareRegistryData(dataDir, key)
    const registry = await startRegistryChild(t, { dataDir })
    const kept = await Promise.all([1, 2, 3].map((patch) => aRelease(key, { version: `1.0.${patch}` })))
    for (const release of kept) assert.equal((await publishRelease({ ...registry, token }, release)).status, 201)
    const [early, late] = [await aRelease(key, { version: '2.0.0' }), await aRelease(key, { version: '3.0.0' })]
    const statusOf = (release: typeof early) =>
      publishRelease({ ...registry, token }, release).then(
        ({ status }) => status,
        () => undefined,
      )
    const publishing = statusOf(early)
    // Each time at another moment of that.
    for (let asked = 0; asked < round; asked++) await fetch(`${registry.url}/livez`).catch(() => undefined)
    disk.fail()
    const isKept = (await publishing) === 201
    assert.notEqual(await statusOf(late), 201)
    const { code } = await registry.ended
    assert.equal(code, HALTED, registry.log())

    disk.mend()
    const second = await startTestRegistry(t, { dataDir, key, baseUrl: 'http://registry.test' })
    const document = await proveAllShown(second.url, key.trustKey, early.predicate)
    const shown = document?.versions.map(({ version }) => String(version)) ?? []
    for (const { predicate } of isKept ? [...kept, early] : kept)
      assert.ok(shown.includes(predicate.version), predicate.version)
    assert.ok(!shown.includes(late.predicate.version))
    const again = await publishRelease(second, late)
    assert.ok([200, 201].includes(again.status), JSON.stringify(again.body))
    await second.stop()
    await expectCleanFsck(dataDir)
  }
})
