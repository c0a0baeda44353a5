// The API for people: the OpenAPI document that the registry serves, read aloud. Nothing is said here that is not said there.
import { html } from 'hono/html'
import type { PagesDeps } from '../../context.ts'
import { renderOpenApi } from '../http/openapi.ts'
import { fieldsOf } from './api-fields.ts'
import type { Cell } from './blocks.ts'
import { copyable, pageTable } from './blocks.ts'
import type { Html } from './layout.ts'
import { layout } from './layout.ts'
import { linksOf } from './links.ts'

type Parameter = {
  readonly in: string
  readonly name: string
  readonly required: boolean
  readonly description?: string
}
type Content = Readonly<Record<string, { readonly schema: Record<string, unknown> }>>

type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly security?: readonly object[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
  readonly 'x-codeSamples': readonly { readonly source: string }[]
}
type Described = Operation & { readonly method: string; readonly path: string }

export function apiPage({ config }: PagesDeps): Html {
  const link = linksOf({ config })
  const paths = renderOpenApi(config.baseUrl).paths as Record<string, Record<string, Operation>>
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]): Described => ({ ...operation, method: method.toUpperCase(), path }),
    ),
  )
  const body = html`<h1>The API</h1>
<p>Programs publish, change states and search with it; <a href="${link('/api/v1/openapi.json')}">OpenAPI</a> describes the same. To install, nothing but files is read: <a href="${link('/.well-known/octo.json')}">where they are</a>.</p>
<p>Most of it needs a token, which whoever runs the registry makes. Keep it in a file for curl, as a command line is seen by every user of a machine:</p>
${copyable(`printf 'Authorization: Bearer %s\\n' "$OCTO_TOKEN" > token.header`)}
<p>In the examples <code>$SESSION</code> is the id of a session, <code>$FILE</code> a file of the release and <code>$DIGEST</code> its digest, with <code>sha256:</code>; <code>release.json</code> is the body that opening takes.</p>
<p>Whatever is refused is answered with <code>application/problem+json</code>: a <code>code</code> that stays, what was expected and found, and what to do.</p>
<nav aria-label="Operations"><ul>${operations.map(({ operationId, summary }) => html`<li><a href="#${operationId}">${operationId}</a>: ${summary}</li>`)}</ul></nav>
${operations.map(section)}`
  return layout({ link, title: 'API · octo registry', body })
}

function section(operation: Described): Html {
  const { operationId, method, path, summary, parameters = [], requestBody, responses } = operation
  const [sample] = operation['x-codeSamples']
  return html`<section class="operation">
<h2 id="${operationId}"><span class="method">${method}</span> <code>${path}</code></h2>
<p>${summary}.</p>
<p>${whoMayCall(operation)}</p>
${parameters.length === 0 ? '' : parameterTable(operationId, parameters)}
${requestBody === undefined ? '' : requestOf(operationId, requestBody.content)}
<h3>Answers</h3>
<dl class="facts">${Object.entries(responses).map(([status, answer]) => html`<dt>${status === 'default' ? 'else' : status}</dt><dd>${answer.description}</dd>`)}</dl>
${Object.entries(responses).map(([status, { content }]) => answerTable(`${operationId} ${status}`, content))}
<h3>With curl</h3>
${copyable(sample?.source ?? '')}
</section>`
}

function whoMayCall({ security, description }: Operation): string {
  if (security === undefined) return 'Everybody may call it.'
  const isOptional = security.some((each) => Object.keys(each).length === 0)
  if (isOptional) return 'Everybody may call it; a token shows what it may read beside what is public.'
  return description ?? 'Any token may call it.'
}

function parameterTable(operationId: string, parameters: readonly Parameter[]): Html {
  const row = ({ name, in: place, required, description = '' }: Parameter): readonly Cell[] => [
    { shown: html`<code>${name}</code>`, isHead: true },
    { shown: `${place}${required ? '' : ', optional'}` },
    { shown: description },
  ]
  return html`<h3>Parameters</h3>
${pageTable({ caption: `Parameters of ${operationId}`, titles: ['Name', 'Where', 'What'] }, parameters.map(row))}`
}

function requestOf(operationId: string, content: Content): Html {
  const [type = '', { schema } = { schema: {} }] = Object.entries(content)[0] ?? []
  const fields = fieldsOf(schema)
  return html`<h3>Body</h3>
<p><code>${type}</code>${fields.length === 0 ? ': the bytes' : ''}</p>
${fields.length === 0 ? '' : fieldTable(`Fields of the body of ${operationId}`, fields)}`
}

function answerTable(name: string, content: Content | undefined): Html | string {
  const schema = content?.['application/json']?.schema
  if (schema === undefined) return ''
  const [operationId, status] = name.split(' ')
  return html`<details><summary>Fields of ${status}</summary>${fieldTable(`Fields of ${status} of ${operationId}`, fieldsOf(schema))}</details>`
}

function fieldTable(caption: string, fields: ReturnType<typeof fieldsOf>): Html {
  return pageTable(
    { caption, titles: ['Field', 'Type'] },
    fields.map(({ path, type, isRequired }) => [
      { shown: html`<code>${path}</code>`, isHead: true },
      { shown: `${type}${isRequired ? '' : ', optional'}` },
    ]),
  )
}
