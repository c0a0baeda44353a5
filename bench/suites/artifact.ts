// Downloads of 16 MiB artifacts over eight connections: one hot file, many files, and files the disk must give.
import { writeFile } from 'node:fs/promises'
import { MIB } from '../bytes.ts'
import { run } from '../child.ts'
import type { Benchmark, Contender } from '../model.ts'
import type { PublishedFiles } from '../ours/large-artifacts.ts'
import { publishLargeArtifacts } from '../ours/large-artifacts.ts'
import { serveByNginx } from '../peers/nginx.ts'
import { serveTarballs } from '../peers/npm-tarballs.ts'
import type { Scope } from '../scope.ts'
import type { Suite } from '../suite.ts'
import { wrk } from '../wrk.ts'

const SIZE = 16 * MIB
const CONNECTIONS = 8
const ROUNDS = { full: 5, quick: 1 }

/** A server and the same artifacts under its own paths, with the files behind them. */
type Source = { readonly name: string; readonly url: string } & Pick<PublishedFiles, 'paths' | 'files'>

export const suite: Suite = {
  name: 'artifact',
  async prepare(scope) {
    // 1.5 GiB: several times what any server here keeps in memory of its own.
    const count = scope.quick ? 6 : 96
    const ours = await scope.attempt('octo', () => publishLargeArtifacts(scope, { count, size: SIZE }))
    const nginx = ours && (await scope.attempt('nginx', () => serveByNginx(scope, ours.root)))
    const verdaccio = await scope.attempt('verdaccio', () => serveTarballs(scope, { count: 6, size: SIZE }))
    const sources = [
      ...(ours ? [{ name: 'octo', ...ours }] : []),
      ...(ours && nginx ? [{ name: 'nginx', url: nginx, paths: ours.paths, files: ours.files }] : []),
    ]
    const all = [...sources, ...(verdaccio ? [{ name: 'verdaccio', ...verdaccio }] : [])]
    return [hot(scope, all), await many(scope, sources), fromDisk(sources)]
  },
}

function hot(scope: Scope, sources: readonly Source[]): Benchmark {
  const measure = (source: Source) => async () =>
    (await wrk({ url: `${source.url}/${source.paths[0]}`, connections: CONNECTIONS, seconds: seconds(scope) }))
      .bytesPerSecond
  return {
    name: 'artifact-hot',
    title: 'GET of one 16 MiB artifact',
    unit: 'bytes/s',
    rounds: ROUNDS,
    contenders: sources.map((source) => ({ name: source.name, measure: measure(source) })),
    aims: [
      { ours: 'octo', peer: 'nginx', compare: 'ratio', bound: 'at least', limit: 1.5 },
      { ours: 'octo', peer: 'verdaccio', compare: 'ratio' },
    ],
    note: `${CONNECTIONS} connections`,
  }
}

async function many(scope: Scope, sources: readonly Source[]): Promise<Benchmark> {
  const contenders: Contender[] = []
  for (const { name, url, paths } of sources) {
    const script = scope.path(`${name}.lua`)
    await writeFile(script, roundRobin(paths))
    const measure = async () =>
      (await wrk({ url, connections: CONNECTIONS, seconds: seconds(scope), script })).bytesPerSecond
    contenders.push({ name, measure })
  }
  return {
    name: 'artifact-cold',
    title: `GET of ${sources[0]?.paths.length ?? 0} artifacts of 16 MiB in turn`,
    unit: 'bytes/s',
    rounds: ROUNDS,
    contenders,
    aims: [{ ours: 'octo', peer: 'nginx', compare: 'ratio', bound: 'at least', limit: 0.85 }],
    note: `${CONNECTIONS} connections; more than the server keeps in memory, so each answer reads its file, from the system's page cache`,
  }
}

function fromDisk(sources: readonly Source[]): Benchmark {
  return {
    name: 'artifact-disk',
    title: 'GET of artifacts of 16 MiB from disk',
    unit: 'bytes/s',
    rounds: ROUNDS,
    contenders: sources.map((source) => ({ name: source.name, measure: () => downloadDropped(source) })),
    aims: [{ ours: 'octo', peer: 'nginx', compare: 'ratio', bound: 'at least', limit: 0.85 }],
    note: `each file once, ${CONNECTIONS} at a time, after the page cache was told to drop it`,
  }
}

async function downloadDropped({ url, paths, files }: Source): Promise<number> {
  const chosen = paths.slice(-32)
  for (const file of files.slice(-32)) await run({ file: 'dd', args: [`if=${file}`, 'iflag=nocache', 'count=0'] })
  const outputs = chosen.flatMap((path) => ['-o', '/dev/null', `${url}/${path}`])
  const args = [
    '--silent',
    '--fail',
    '--parallel',
    '--parallel-immediate',
    '--parallel-max',
    String(CONNECTIONS),
    ...outputs,
  ]
  const { ms } = await run({ file: 'curl', args, core: 'load' })
  return (chosen.length * SIZE) / (ms / 1000)
}

function roundRobin(paths: readonly string[]): string {
  const list = paths.map((path) => `"/${path}"`).join(',')
  return `local paths = {${list}}
local turn = 0
request = function()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end
`
}

function seconds(scope: Scope): number {
  return scope.quick ? 1 : 5
}
