// A process that installs, as `octo install` does: options as JSON in its first argument, the report as JSON on stdout.
import { openClient } from '../../client/index.ts'

const options = JSON.parse(process.argv[2] ?? '{}')
await using client = await openClient(options)
const { executables, downloaded, failed } = await client.install()
for (const { error } of failed) throw error
process.stdout.write(JSON.stringify({ paths: executables.map(({ path }) => path), downloaded: downloaded.length }))
