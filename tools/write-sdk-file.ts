// Writes sdk/node/octo-check.mjs, the sdk in one file, which `octo init` puts into projects; with --check it only says whether it is
// what the sources would become now.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleSdk, OLDEST_NODE } from './sdk/bundle-sdk.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FILE = fileURLToPath(new URL('../sdk/node/octo-check.mjs', import.meta.url))
const BANNER = `// SPDX-License-Identifier: Apache-2.0
// octo's sdk for checks, notifiers and secret plugins, made into one file of the sources in sdk/. Node ${OLDEST_NODE} or newer.`

const text = await bundleSdk(ROOT, 'sdk/index.ts', BANNER)
if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (text !== readFileSync(FILE, 'utf8')) {
  process.stderr.write(
    'sdk/node/octo-check.mjs is stale\n  do this instead: node_modules/.bin/node tools/write-sdk-file.ts\n',
  )
  process.exitCode = 1
}
