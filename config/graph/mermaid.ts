// A graph as text of Mermaid, which GitHub, GitLab and many wikis draw. Names are foreign: whatever Mermaid or a browser could take
// for more than a letter is written as the number of its character.
import { printable } from '../../schemas/quote.ts'
import type { ConfigGraph, GraphEdge, GraphNode } from './config-graph.ts'

const SHAPES: Readonly<Record<GraphNode['kind'], (label: string) => string>> = {
  service: (label) => `[${label}]`,
  missing: (label) => `[${label}]:::missing`,
  plugin: (label) => `([${label}])`,
  notifications: (label) => `{{${label}}}`,
}

export function mermaidOf({ nodes, edges }: ConfigGraph): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const lines = [
    'flowchart LR',
    ...nodes.map((node) => `  ${ids.get(node.id)}${SHAPES[node.kind](quoted(labelOf(node)))}`),
    ...edges.map((edge) => `  ${ids.get(edge.from)} ${arrowOf(edge)} ${ids.get(edge.to)}`),
    ...(nodes.some(({ kind }) => kind === 'missing') ? ['  classDef missing stroke-dasharray: 4'] : []),
  ]
  return `${lines.join('\n')}\n`
}

export function labelOf({ name, version }: GraphNode): string {
  return printable(version === undefined ? name : `${name} ${version}`)
}

/** What a service waits for is a line, what it uses a dotted one. */
function arrowOf({ kind, labels }: GraphEdge): string {
  const label = quoted(printable(labels.join(', ')))
  return kind === 'waits' ? `-->|${label}|` : `-.->|${label}|`
}

function quoted(text: string): string {
  const safe = text.replace(/[^\p{L}\p{N} ._/@,:+*~^=-]/gu, (char) => `#${char.codePointAt(0)};`)
  return `"${safe}"`
}
