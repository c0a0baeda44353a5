// Does the cost stay flat when a repo grows? Resolving three plugins and publishing one, at three sizes of repo.
import { run } from '../child.ts'
import { countBytesFrom } from '../counting-proxy.ts'
import type { Aim, Benchmark, Contender, Unit } from '../model.ts'
import type { Consumer } from '../ours/consumer.ts'
import { openConsumer } from '../ours/consumer.ts'
import type { OctoRegistry } from '../ours/registry.ts'
import { startRegistry } from '../ours/registry.ts'
import { seededName, seedPlugins } from '../ours/seed.ts'
import { smallRelease } from '../ours/small-release.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'

const SIZES = { full: [10, 1000, 20_000], quick: [10, 300, 1000] }

type Grown = {
  readonly size: number
  readonly consumer: Consumer
  readonly counted: { readonly consumer: Consumer; readonly take: () => number }
  readonly publish: (round: number) => Promise<number>
}

export const suite: Suite = {
  name: 'resolve',
  async prepare(scope) {
    const grown: Grown[] = []
    for (const size of scope.quick ? SIZES.quick : SIZES.full) {
      const found = await scope.attempt(`octo with ${size} plugins`, () => growRepo(scope, size))
      if (found) grown.push(found)
    }
    return [
      flat(grown, {
        name: 'resolve-time',
        title: 'octo lock of 3 plugins',
        unit: 'ms' as const,
        limit: 1.2,
        rounds: 9,
        measure: ({ consumer }) => lockFromNothing(consumer),
        note: 'empty store and no lockfile; aim: as quick in the largest repo as in the smallest',
      }),
      flat(grown, {
        name: 'resolve-bytes',
        title: 'bytes fetched by octo lock of 3 plugins',
        unit: 'bytes' as const,
        limit: 1.2,
        rounds: 1,
        measure: async ({ counted }) => {
          counted.take()
          await lockFromNothing(counted.consumer)
          return counted.take()
        },
        note: 'headers included',
      }),
      flat(grown, {
        name: 'publish-growth',
        title: 'octo publish of a small plugin',
        unit: 'ms' as const,
        limit: 1.2,
        rounds: 9,
        measure: ({ publish }, round) => publish(round),
        note: 'a new version of one of the plugins that are there',
      }),
    ]
  },
}

async function growRepo(scope: Scope, size: number): Promise<Grown> {
  const registry = await startRegistry(scope, {
    name: `registry-${size}`,
    before: (made) => seedPlugins({ ...made, scratch: scope.path(`seed-${size}`) }, size),
  })
  const proxy = await countBytesFrom(scope, registry.url)
  const plugins = [0.1, 0.5, 0.9].map((share) => seededName(Math.floor(size * share)))
  const consumerOf = (url: string, name: string) =>
    openConsumer(scope, { name, registry: { ...registry, url }, plugins })
  return {
    size,
    consumer: await consumerOf(registry.url, `consumer-${size}`),
    counted: { consumer: await consumerOf(proxy.url, `counted-${size}`), take: proxy.take },
    publish: await publishing(scope, registry, size),
  }
}

async function publishing(scope: Scope, registry: OctoRegistry, size: number): Promise<Grown['publish']> {
  const publish = await smallRelease(scope, registry, { folder: `small-${size}`, plugin: seededName(0) })
  return (round) => publish(`2.0.${round}`)
}

async function lockFromNothing(consumer: Consumer): Promise<number> {
  await consumer.emptyStore()
  await consumer.unlock()
  return (await run(consumer.octo(['lock']))).ms
}

type Growth = {
  readonly name: string
  readonly title: string
  readonly unit: Unit
  readonly limit: number
  readonly rounds: number
  readonly note: string
  readonly measure: (grown: Grown, round: number) => Promise<number>
}

function flat(grown: readonly Grown[], { measure, limit, rounds, ...rest }: Growth): Benchmark {
  const nameOf = ({ size }: Grown) => `${size} plugins`
  const contenders = grown.map((one): Contender => ({ name: nameOf(one), measure: (round) => measure(one, round) }))
  const [smallest, ...larger] = grown
  const aims = larger.map(
    (one): Aim => ({
      ours: nameOf(one),
      peer: smallest ? nameOf(smallest) : '',
      compare: 'ratio',
      bound: 'at most',
      limit,
    }),
  )
  return { ...rest, rounds: { full: rounds, quick: 1 }, contenders, aims }
}
