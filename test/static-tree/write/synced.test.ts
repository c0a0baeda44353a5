// What a static tree on the disk has made durable when `sync` answers, seen from outside: the system calls of a real process.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestOf } from '../../../schemas/digest.ts'
import { whyNoInjection } from '../../support/machine/failing-fsync.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const DISK = new URL('../../../static-tree/write/disk.ts', import.meta.url).href
const DIGEST = digestOf('bytes')

test('after a sync every file and folder that was put is on the disk, those inside of folders too', {
  skip: whyNoInjection() ?? false,
}, (t) => {
  const folder = realpathSync(tempFolder(t))
  mkdirSync(join(folder, 'blobs'))
  writeFileSync(join(folder, 'blobs/truth'), 'bytes')
  const program = `
    import { openDiskTree } from ${JSON.stringify(DISK)}
    const store = await openDiskTree({ root: 'tree', staging: 'staging', blobFile: () => 'blobs/truth' })
    await store.put('repos/core.json', Buffer.from('{}'))
    await store.putFolder('repos/core/hello/1.0.0', new Map([
      ['hello', { digest: ${JSON.stringify(DIGEST)} }],
      ['hello.sha256', { text: 'checksum' }],
    ]))
    await store.sync()`
  const trace = ['-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', 'trace']
  const node = [process.execPath, '--input-type=module', '-e', program]
  execFileSync('strace', [...trace, ...node], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })

  const lines = readFileSync(join(folder, 'trace'), 'utf8').matchAll(/sync\(\d+<(.*?)>/g)
  const synced = new Set([...lines].map(([, path = '']) => path.slice(folder.length + 1)))
  const release = 'tree/repos/core/hello/1.0.0'
  assert.deepEqual(
    synced,
    new Set([
      ...['tree', 'tree/repos', 'tree/repos/core.json', 'tree/repos/core', 'tree/repos/core/hello'],
      ...['', '/hello', '/hello.sha256'].map((file) => `${release}${file}`),
      // The folder that `tree` stands in.
      '',
    ]),
  )
})

test('a sync of many files needs few open ones', {
  skip: process.platform === 'win32' && 'there is no ulimit',
}, (t) => {
  const folder = tempFolder(t)
  const program = `
    import { openDiskTree } from ${JSON.stringify(DISK)}
    const store = await openDiskTree({ root: 'tree', staging: 'staging', blobFile: () => 'none' })
    for (let number = 0; number < 200; number++) await store.put(\`repos/core/p\${number}.json\`, Buffer.from('{}'))
    await store.sync()`
  const node = [process.execPath, '--input-type=module', '-e', program]
  execFileSync('sh', ['-c', 'ulimit -n 40; exec "$@"', 'sh', ...node], { cwd: folder })
  assert.equal(readdirSync(join(folder, 'tree/repos/core')).length, 200)
})
