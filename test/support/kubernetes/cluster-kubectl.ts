// The calls of kubectl that the operator makes, answered by a cluster in this process; every other call is an error of the test.

import type { Kubectl, Cluster as Reached } from '../../../plugins/operator-kubernetes/kubectl.ts'
import { Ended } from '../../../plugins/operator-kubernetes/kubectl.ts'
import type { Cluster, Resource, Stored } from './cluster.ts'
import { ApiProblem, RESOURCES } from './cluster.ts'

type Scene = Reached & {
  /** Each call as it would be typed. */
  readonly calls: readonly string[]
  readonly said: readonly string[]
  /** All texts that were given on standard input. */
  readonly inputs: readonly string[]
}

/** `pass` is called at each pause, which takes no time. */
export function reachedCluster(cluster: Cluster, pass: () => void = () => undefined): Scene {
  const [calls, said, inputs]: [string[], string[], string[]] = [[], [], []]
  let now = 0
  const answer = (words: readonly string[], input?: string): string => {
    calls.push(words.join(' '))
    if (input !== undefined) inputs.push(input)
    try {
      return call(cluster, words, input)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      throw new Ended(error.message, 1)
    }
  }
  const kubectl: Kubectl = {
    words: ['kubectl'],
    read: async (words, input) => answer(words, input),
    ask: async (words) => answer(words),
    run: async (words, input) => {
      try {
        answer(words, input)
        return 0
      } catch (error) {
        if (error instanceof Ended) return error.exitCode
        throw error
      }
    },
  }
  const pause = async (ms: number) => {
    now += ms
    pass()
  }
  return { kubectl, calls, said, inputs, pause, now: () => now, note: (line) => void said.push(line) }
}

function call(cluster: Cluster, words: readonly string[], input = ''): string {
  const [verb, first = '', ...rest] = words
  const option = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const given: readonly Stored[] = input
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  const namespaceOf = (object: Stored) => object.metadata.namespace ?? 'default'
  const namespace = [...cluster.namespaces].at(-1) ?? 'default'
  if (verb === 'apply') {
    const dryRun = option('dry-run') !== undefined
    if (given.length === 0) throw new Ended('error: no objects passed to apply', 1)
    if (option('dry-run') === 'client') return ''
    const manager = option('field-manager') ?? ''
    for (const object of given)
      cluster.apply(resourceOf(object.kind), namespaceOf(object), object, {
        manager,
        dryRun,
        force: words.includes('--force-conflicts'),
      })
    return ''
  }
  if (verb === 'create') {
    cluster.namespaces.add(given[0].metadata.name)
    return ''
  }
  if (verb === 'get' && first === 'namespace')
    return cluster.namespaces.has(rest[0] ?? '') ? `namespace/${rest[0]}` : ''
  if (verb === 'get') {
    const items = option('filename')
      ? given.flatMap((object) => found(cluster, resourceOf(object.kind), namespaceOf(object), object.metadata.name))
      : first.split(',').flatMap((name) => cluster.list(name as Resource, namespace, option('selector')))
    return JSON.stringify({ items })
  }
  if (verb === 'delete') {
    const names = option('selector')
      ? first
          .split(',')
          .flatMap((name) =>
            cluster.list(name as Resource, namespace, option('selector')).map((one) => [name, one.metadata.name]),
          )
      : [first, ...rest]
          .filter((word) => !word.startsWith('--'))
          .map((word) => {
            const [kind = '', name = ''] = word.split('/')
            return [resourceOf(kind), name]
          })
    if (!option('dry-run'))
      for (const [name = '', object = ''] of names) cluster.delete(name as Resource, namespace, object)
    return ''
  }
  if (verb === 'rollout') return ''
  throw new Error(`no test expects \`kubectl ${words.join(' ')}\``)
}

function resourceOf(kind: string): Resource {
  const found = Object.entries(RESOURCES).find(([, one]) => one.kind.toLowerCase() === kind.toLowerCase())
  if (!found) throw new Error(`no resource of kind ${kind}`)
  return found[0] as Resource
}

function found(cluster: Cluster, resource: Resource, namespace: string, name: string): readonly Stored[] {
  return cluster.list(resource, namespace).filter(({ metadata }) => metadata.name === name)
}
