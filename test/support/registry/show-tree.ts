// A process that shows the tree of a data directory and ends; a test kills it on the way.
import { join } from 'node:path'
import { pino } from 'pino'
import { openSqliteStore } from '../../../registry/db/sqlite/store.ts'
import { openStores } from '../../../registry/open-registry.ts'
import { registrySettings } from '../../../registry/settings.ts'
import { openTree } from '../../../registry/tree/tree.ts'

const [dataDir = ''] = process.argv.slice(2)
const metadata = openSqliteStore(join(dataDir, 'octo.db'))
const { blobs, trees } = await openStores(dataDir)
process.stdout.write('begin\n')
const tree = await openTree({
  config: registrySettings({ dataDir, baseUrl: 'https://plugins.example.com' }),
  metadata,
  blobs,
  trees,
  ...(await trees.open()),
  logger: pino({ level: 'silent' }),
})
await tree.check()
await tree.close()
