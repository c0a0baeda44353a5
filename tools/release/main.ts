// Makes a plugin of octo's packages, and the install.sh of a release that was built.
//
//   node_modules/.bin/node tools/release/main.ts project OUT PACKAGE…          then: octo publish OUT --repo core --key octo.key
//   node_modules/.bin/node tools/release/main.ts installer OUT KEY.pub REPO > install.sh
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '../../schemas/digest.ts'
import { parsePublicKey, publicKeyLine } from '../../schemas/trust-key.ts'
import { fillInstaller } from './installer.ts'
import { writeProject } from './project.ts'

const USAGE = 'usage: main.ts project OUT PACKAGE… | installer OUT KEY.pub REPO'
const [word, out, ...rest] = process.argv.slice(2)

try {
  if (word === 'project' && out !== undefined && rest.length > 0) {
    const { version, platforms } = writeProject(out, rest)
    process.stdout.write(`octo ${version} for ${platforms.join(', ')} in ${out}\n`)
  } else if (word === 'installer' && out !== undefined && rest.length === 2) {
    process.stdout.write(installerOf(out, rest as [string, string]))
  } else throw new Error(USAGE)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

function installerOf(project: string, [keyFile, repo]: readonly [string, string]): string {
  const release: { version: string; platforms: Record<string, { digest: Digest }> } = JSON.parse(
    readFileSync(join(project, 'dist/release.json'), 'utf8'),
  )
  const digests = Object.entries(release.platforms).map(([platform, { digest }]) => [platform, digest])
  const key = publicKeyLine(parsePublicKey(readFileSync(keyFile, 'utf8'), keyFile))
  const script = readFileSync(join(import.meta.dirname, '../../install.sh'), 'utf8')
  return fillInstaller(script, { version: release.version, digests: Object.fromEntries(digests), key, repo })
}
