// The cluster over HTTP, as kubectl asks for it: discovery, server-side apply with strict fields, lists by labels, deletion, logs.
// No shell of a pod is reached through it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { listening } from '../machine/listening.ts'
import type { Cluster, Resource, Stored } from './cluster.ts'
import { ApiProblem, RESOURCES } from './cluster.ts'

type Served = { readonly url: string; readonly requests: readonly string[] }

export async function startApiServer(t: TestContext, cluster: Cluster): Promise<Served> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    answer(cluster, request, response).catch((error: unknown) => sendProblem(response, error))
  })
  const port = await listening(t, server)
  return { url: `http://127.0.0.1:${port}`, requests }
}

const GROUPS = ['v1', 'apps/v1', 'batch/v1', 'networking.k8s.io/v1']

async function answer(cluster: Cluster, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const path = url.pathname
  if (path === '/version') return send(response, { major: '1', minor: '32', gitVersion: 'v1.32.0' })
  if (path === '/api') return send(response, { kind: 'APIVersions', versions: ['v1'] })
  if (path === '/apis') return send(response, groupList())
  const listed = GROUPS.find((group) => path === placeOf(group))
  if (listed) return send(response, resourceList(listed))
  if (path === '/openapi/v3') return send(response, { paths: Object.fromEntries(GROUPS.map(openApiEntry)) })
  const described = GROUPS.find((group) => path === `/openapi/v3${placeOf(group)}`)
  if (described) return send(response, openApi(described))
  return answerObjects(cluster, request, { response, url })
}

function placeOf(group: string): string {
  return group.includes('/') ? `/apis/${group}` : `/api/${group}`
}

function groupList() {
  const groups = GROUPS.slice(1).map((groupVersion) => {
    const [name = '', version = ''] = groupVersion.split('/')
    return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } }
  })
  return { kind: 'APIGroupList', apiVersion: 'v1', groups }
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

function resourceList(groupVersion: string) {
  const own = Object.entries(RESOURCES).filter(([, { apiVersion }]) => apiVersion === groupVersion)
  const resources = own.map(([name, { kind }]) => ({
    name,
    singularName: kind.toLowerCase(),
    namespaced: true,
    kind,
    verbs: VERBS,
  }))
  const core =
    groupVersion === 'v1'
      ? [{ name: 'namespaces', singularName: 'namespace', namespaced: false, kind: 'Namespace', verbs: VERBS }]
      : []
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [...resources, ...core] }
}

function openApiEntry(group: string): [string, object] {
  return [placeOf(group).slice(1), { serverRelativeURL: `/openapi/v3${placeOf(group)}?hash=1` }]
}

/** That it checks fields itself is all that kubectl looks for. */
function openApi(groupVersion: string) {
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion]
  const own = Object.entries({ ...RESOURCES, namespaces: { kind: 'Namespace', apiVersion: 'v1' } })
  const paths = own
    .filter(([, { apiVersion }]) => apiVersion === groupVersion)
    .map(([name, { kind }]) => [
      `${placeOf(groupVersion)}/namespaces/{namespace}/${name}/{name}`,
      {
        patch: {
          'x-kubernetes-group-version-kind': { group, version, kind },
          parameters: ['dryRun', 'fieldValidation'].map((parameter) => ({
            name: parameter,
            in: 'query',
            schema: { type: 'string' },
          })),
          responses: {},
        },
      },
    ])
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1' }, paths: Object.fromEntries(paths) }
}

type Exchange = { readonly response: ServerResponse; readonly url: URL }

const OBJECTS = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/namespaces\/([^/]+)\/([a-z]+)(?:\/([^/]+)(?:\/(\w+))?)?$/

async function answerObjects(cluster: Cluster, request: IncomingMessage, { response, url }: Exchange): Promise<void> {
  const [, ofNamespace] = /^\/api\/v1\/namespaces(?:\/([^/]+))?$/.exec(url.pathname) ?? []
  if (/^\/api\/v1\/namespaces(\/[^/]+)?$/.test(url.pathname))
    return answerNamespaces(cluster, request, { response, name: ofNamespace })
  const [, namespace = '', resource = '', name, part] = OBJECTS.exec(url.pathname) ?? []
  if (!Object.hasOwn(RESOURCES, resource))
    throw new ApiProblem(404, 'NotFound', 'the server could not find the requested resource')
  const kind = resource as Resource
  if (part === 'log') return sendLog(response, cluster.get(kind, namespace, name ?? ''), url)
  if (request.method === 'GET' && name === undefined) return sendList(response, cluster, { kind, namespace, url })
  if (request.method === 'GET') return send(response, shown(cluster.get(kind, namespace, name ?? '')))
  if (request.method === 'DELETE') {
    await text(request)
    if (url.searchParams.has('dryRun')) cluster.get(kind, namespace, name ?? '')
    else cluster.delete(kind, namespace, name ?? '')
    return send(response, { kind: 'Status', apiVersion: 'v1', status: 'Success' })
  }
  if (request.method !== 'PATCH')
    throw new ApiProblem(405, 'MethodNotAllowed', `${request.method} is not answered here`)
  return patch(cluster, request, { response, url, kind, namespace, name: name ?? '' })
}

async function answerNamespaces(
  cluster: Cluster,
  request: IncomingMessage,
  { response, name }: { readonly response: ServerResponse; readonly name: string | undefined },
): Promise<void> {
  const given = request.method === 'POST' ? JSON.parse(await text(request)).metadata.name : name
  if (request.method === 'POST') cluster.namespaces.add(given)
  if (!cluster.namespaces.has(given ?? '')) throw new ApiProblem(404, 'NotFound', `namespaces "${given}" not found`)
  return send(response, { kind: 'Namespace', apiVersion: 'v1', metadata: { name: given } })
}

type Patched = Exchange & { readonly kind: Resource; readonly namespace: string; readonly name: string }

async function patch(
  cluster: Cluster,
  request: IncomingMessage,
  { response, url, kind, namespace, name }: Patched,
): Promise<void> {
  const body: Stored = JSON.parse(await text(request))
  const query = url.searchParams
  const old = cluster.list(kind, namespace).find(({ metadata }) => metadata.name === name)
  if (request.headers['content-type'] === 'application/apply-patch+yaml') {
    if (query.get('fieldValidation') !== 'Strict')
      throw new ApiProblem(400, 'BadRequest', 'fields are not to be checked')
    const options = {
      manager: query.get('fieldManager') ?? '',
      force: query.get('force') === 'true',
      dryRun: query.get('dryRun') === 'All',
    }
    const next = cluster.apply(kind, namespace, body, options)
    return send(response, shown(next), old ? 200 : 201)
  }
  const whole = joined(cluster.get(kind, namespace, name), body)
  const { metadata, spec, apiVersion, kind: typed } = whole
  const wanted = { apiVersion, kind: typed, metadata: { name: metadata.name, labels: metadata.labels }, spec }
  return send(response, shown(cluster.apply(kind, namespace, wanted, { manager: 'kubectl-rollout', force: true })))
}

function joined(base: Stored, change: Stored): Stored {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change
  const entries = Object.entries(change).map(([key, value]) => [key, joined(base?.[key] ?? {}, value)])
  return { ...base, ...Object.fromEntries(entries) }
}

function shown({ owners: _, owner: __, ...object }: Stored): Stored {
  return object
}

function sendList(
  response: ServerResponse,
  cluster: Cluster,
  { kind, namespace, url }: { readonly kind: Resource; readonly namespace: string; readonly url: URL },
): void {
  const field = url.searchParams.get('fieldSelector')?.replace('metadata.name=', '')
  const items = cluster
    .list(kind, namespace, url.searchParams.get('labelSelector') ?? '')
    .filter(({ metadata }) => field === undefined || metadata.name === field)
    .map(shown)
  const { kind: typed, apiVersion } = RESOURCES[kind]
  send(response, { kind: `${typed}List`, apiVersion, metadata: { resourceVersion: '1' }, items })
}

function sendLog(response: ServerResponse, pod: Stored, url: URL): void {
  response.writeHead(200, { 'content-type': 'text/plain' })
  response.end(`${url.searchParams.get('container')} of ${pod.metadata.name} says hello\n`)
}

function send(response: ServerResponse, body: object, code = 200): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function sendProblem(response: ServerResponse, error: unknown): void {
  const { code, reason, message, causes } =
    error instanceof ApiProblem ? error : new ApiProblem(500, 'InternalError', String((error as Error).stack))
  send(
    response,
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code, details: { causes } },
    code,
  )
}
