// Build command of the core plugins: bundles a plugin and the sdk into one CommonJS file, the same bytes each time.
// Plain JavaScript, so that any Node that npm can start builds a plugin: `node ../bundle.js main.ts dist/check-tcp.cjs`.
import { chmodSync } from 'node:fs'
import { build } from 'esbuild'

const [entry, outfile] = process.argv.slice(2)
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  charset: 'utf8',
  legalComments: 'none',
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
})
chmodSync(outfile, 0o755)
