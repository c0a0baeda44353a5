// A process that shows the tree of a data directory and ends; a test kills it on the way.
import { join } from 'node:path'
import { pino } from 'pino'
import { openBlobStore } from '../../registry/blobs/disk.ts'
import { openDb } from '../../registry/db/sqlite/open.ts'
import { registryConfig } from '../../registry/settings.ts'
import { openTree } from '../../registry/tree/tree.ts'

const [dataDir = ''] = process.argv.slice(2)
const db = openDb(join(dataDir, 'octo.db'))
const blobs = await openBlobStore(dataDir)
process.stdout.write('begin\n')
const tree = await openTree({
  config: registryConfig({ dataDir, baseUrl: 'https://plugins.example.com' }),
  db,
  blobs,
  logger: pino({ level: 'silent' }),
})
await tree.check()
await tree.close()
