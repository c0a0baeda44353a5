// Build command of the core plugins: bundles a plugin and the sdk into one CommonJS file, the same bytes each time.
// Plain JavaScript, so that any Node that npm can start builds a plugin: `node ../bundle.js main.ts dist/check-tcp.cjs`.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { build } from 'esbuild'
import { bundleOptions } from './bundle-options.js'

const [entry, outfile] = process.argv.slice(2)
const { outputFiles } = await build({ ...bundleOptions(entry), logLevel: 'warning' })
// Replaced in one step: another build of the same plugin may be reading the file.
const partial = `${outfile}.${process.pid}`
mkdirSync(dirname(outfile), { recursive: true })
writeFileSync(partial, outputFiles[0].contents, { mode: 0o755 })
renameSync(partial, outfile)
