// Makes one executable file of the plugin, the same bytes each time: what octo publishes, and what the OCM manager takes.
import { chmod, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

const file = 'out/__NAME__'

await build({
  entryPoints: ['src/main.ts'],
  outfile: file,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
})
await chmod(file, 0o755)
// In this folder, files without an ending are what they are elsewhere.
await writeFile('out/package.json', '{"type":"commonjs"}\n')
