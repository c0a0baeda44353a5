// The OpenAPI 3.1 document, made from the operations and the shapes that the routes themselves use.

import { z } from 'zod'
import { PROBLEM_TYPE, problemShape } from '../../../schemas/api.ts'
import { DIGEST_PATTERN } from '../../../schemas/digest.ts'
import { LIMITS } from '../../../schemas/limits.ts'
import { NAME_PATTERN } from '../../../schemas/name.ts'
import { omitUndefined } from '../../../schemas/omit-undefined.ts'
import type { Access, Operation } from './operations.ts'
import { OPERATIONS } from './operations.ts'
import { SESSION_ID_PATTERN } from './read-request.ts'

export function renderOpenApi(baseUrl: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, operation] of Object.entries<Operation>(OPERATIONS)) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: renderOperation(name, operation, baseUrl) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'octo registry', version: 'v1', description: 'Publishing, states and search of an octo registry' },
    servers: [{ url: baseUrl }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schemaOf(problemShape, 'output') },
    },
  }
}

function renderOperation(operationId: string, operation: Operation, baseUrl: string): Record<string, unknown> {
  const { summary, path, access, needs, headers = {}, query = {} } = operation
  const parameters = [
    ...Array.from(path.matchAll(/:(\w+)/g), ([, name = '']) => pathParameter(name)),
    ...Object.entries(query).map(([name, description]) => parameter('query', name, description)),
    ...Object.entries(headers).map(([name, description]) => parameter('header', name, description)),
  ]
  const content = requestContent(operation)
  return {
    operationId,
    summary,
    ...(needs === undefined ? {} : { description: `The token has to allow: ${needs}.` }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(SECURITY[access] ? { security: SECURITY[access] } : {}),
    ...(content ? { requestBody: { required: true, content } } : {}),
    responses: { ...answersOf(operation), default: problemResponse },
    'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curlLine(operation, baseUrl) }],
  }
}

function curlLine({ example }: Operation, baseUrl: string): string {
  return `curl ${example.replaceAll('BASE', baseUrl)}`
}

/** An empty one of several means that it is not needed. */
const SECURITY: Readonly<Record<Access, readonly object[] | undefined>> = {
  token: [{ token: [] }],
  sight: [{ token: [] }, {}],
  everyone: undefined,
}

const problemResponse = {
  description: 'why it was refused, with a code that stays',
  content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
}

function requestContent({ request, bytes }: Operation): Record<string, unknown> | undefined {
  if (bytes) return { 'application/octet-stream': { schema: {} } }
  return request && { 'application/json': { schema: schemaOf(request, 'input') } }
}

function answersOf({ answers }: Operation): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { means, shape }]) => [
      status,
      {
        description: means,
        ...(shape ? { content: { 'application/json': { schema: schemaOf(shape, 'output') } } } : {}),
      },
    ]),
  )
}

function parameter(place: 'query' | 'header', name: string, description: string) {
  return { in: place, name, required: false, description, schema: { type: 'string' } }
}

/** What the routes take at each place of an address; every name of the table of operations is here, as a test asks. */
const PATH_SCHEMAS: Readonly<Record<string, Record<string, unknown>>> = {
  repo: { description: 'name of the repo', type: 'string', pattern: NAME_PATTERN.source, maxLength: 64 },
  plugin: { description: 'name of the plugin', type: 'string', pattern: NAME_PATTERN.source, maxLength: 64 },
  version: {
    description: 'the exact version',
    type: 'string',
    pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$',
    maxLength: LIMITS.versionLength,
  },
  id: { description: 'of the session, as opening it answers', type: 'string', pattern: SESSION_ID_PATTERN.source },
  digest: { description: 'of the blob: sha256 and 64 hex digits', type: 'string', pattern: DIGEST_PATTERN.source },
}

function pathParameter(name: string) {
  const { description, ...schema } = PATH_SCHEMAS[name] ?? { type: 'string' }
  return { in: 'path', name, required: true, ...omitUndefined({ description }), schema }
}

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): unknown {
  return z.toJSONSchema(shape, { io, unrepresentable: 'any' })
}
