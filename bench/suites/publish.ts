// Publishing 25 MiB that do not compress: five artifacts of one release, against one npm tarball.
import { MIB } from '../bytes.ts'
import { run } from '../child.ts'
import { releaseOfFive } from '../ours/release-of-five.ts'
import { openNpm } from '../peers/npm.ts'
import { writeNpmPackage } from '../peers/npm-package.ts'
import { serveVerdaccio } from '../peers/verdaccio.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'

const SIZE = 5 * MIB

export const suite: Suite = {
  name: 'publish',
  async prepare(scope) {
    const ours = await scope.attempt('octo', () => releaseOfFive(scope, SIZE))
    const npm = await scope.attempt('npm', () => npmPublish(scope))
    return [
      {
        name: 'publish',
        title: 'publish of 5 × 5 MiB, incompressible',
        unit: 'ms',
        rounds: { full: 7, quick: 1 },
        contenders: [
          ...(ours ? [{ name: 'octo publish', measure: ours }] : []),
          ...(npm ? [{ name: 'npm publish', measure: npm }] : []),
        ],
        aims: [{ ours: 'octo publish', peer: 'npm publish', compare: 'ratio', bound: 'at most', limit: 0.5 }],
        note: 'octo builds, signs, uploads, publishes and proves again what came back; npm packs and uploads to verdaccio; new bytes and a new version each round',
      },
    ]
  },
}

async function npmPublish(scope: Scope): Promise<(round: number) => Promise<number>> {
  const npm = await openNpm(scope, await serveVerdaccio(scope))
  return async (round) => {
    const folder = scope.path('npm-package')
    await writeNpmPackage(folder, { name: 'five', version: `1.0.${round}`, files: Array(5).fill(SIZE) })
    return (await run(npm(['publish'], folder))).ms
  }
}
