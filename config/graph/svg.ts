// A graph as one SVG: without scripts, fonts or anything else from outside, readable on light and dark pages. Names are foreign and
// become text alone.
import { escapeMarkup } from '../../schemas/escape-markup.ts'
import { printable } from '../../schemas/quote.ts'
import type { ConfigGraph, GraphNode } from './config-graph.ts'
import type { Place, Route } from './layers.ts'
import { layersOf } from './layers.ts'
import { labelOf } from './mermaid.ts'

const NODE_HEIGHT = 34
/** Of one character of the font, at its size. */
const LETTER = 7.9
const PADDING = 14
const GAP = 14
/** Between layers: room for what an edge says. */
const STEP = 130
const MARGIN = 16

const STYLE = `
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328; text-anchor: middle; dominant-baseline: central }
.edge { font-size: 11px; fill: #59636e; stroke: #fff; stroke-width: 4px; paint-order: stroke }
rect { fill: #fff; stroke: #59636e }
.plugin rect { fill: #f1f8ff; stroke: #0969da }
.notifications rect { fill: #fff8c5; stroke: #9a6700 }
.missing rect { stroke: #cf222e; stroke-dasharray: 4 }
path { fill: none; stroke: #59636e }
.uses { stroke-dasharray: 3 }
marker path { fill: #59636e; stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.edge { fill: #9198a1; stroke: #0d1117 }
.ground { fill: #0d1117 }
rect { fill: #151b23; stroke: #9198a1 }
.plugin rect { fill: #121d2f; stroke: #4493f8 }
.notifications rect { fill: #272115; stroke: #d29922 }
.missing rect { stroke: #f85149 }
path { stroke: #9198a1 }
marker path { fill: #9198a1 }
}`

export function svgOf(graph: ConfigGraph): string {
  const { layers, routes } = layersOf(graph, { nodeHeight: NODE_HEIGHT, edgeHeight: 18, gap: GAP })
  const widths = layers.map((layer) => Math.max(0, ...layer.map(({ node }) => (node ? widthOf(node) : 0))))
  const lefts = widths.map((_, at) => MARGIN + widths.slice(0, at).reduce((sum, width) => sum + width + STEP, 0))
  const columns: Columns = { left: (layer) => lefts[layer] ?? 0, width: (layer) => widths[layer] ?? 0 }
  const all = layers.flat()
  const height = Math.max(0, ...all.map((place) => place.y + place.height / 2)) + 2 * MARGIN
  const width = Math.max(0, ...layers.map((_, at) => columns.left(at) + columns.width(at))) + MARGIN
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
    `<title>${count(graph, 'service')}, ${count(graph, 'plugin')}</title>`,
    `<style>${STYLE}\n</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    '<rect class="ground" width="100%" height="100%" fill="#fff" stroke="none" style="stroke: none"/>',
    ...routes.map((route) => pathOf(route, columns)),
    ...all.flatMap((place) => (place.node ? [boxOf(place, place.node, columns)] : [])),
    // Above all lines.
    ...routes.map((route) => wordsOf(route, columns)),
    '</svg>',
  ]
  return `${lines.join('\n')}\n`
}

type Columns = { readonly left: (layer: number) => number; readonly width: (layer: number) => number }
type Point = { readonly x: number; readonly y: number }

function widthOf(node: GraphNode): number {
  return [...labelOf(node)].length * LETTER + 2 * PADDING
}

function boxOf({ layer, y }: Place, node: GraphNode, { left, width }: Columns): string {
  const box = `x="${round(left(layer))}" y="${round(y - NODE_HEIGHT / 2 + MARGIN)}" width="${round(width(layer))}" height="${NODE_HEIGHT}"`
  const corners = node.kind === 'plugin' ? ` rx="${NODE_HEIGHT / 2}"` : ' rx="4"'
  const x = round(left(layer) + width(layer) / 2)
  return `<g class="${node.kind}"><rect ${box}${corners}/><text x="${x}" y="${round(y + MARGIN)}">${escapeMarkup(labelOf(node))}</text></g>`
}

function pathOf({ edge, places }: Route, columns: Columns): string {
  const points = pointsOf(places, columns)
  const [first] = points
  const curves = points.slice(1).map((to, at) => {
    const from = points[at] as Point
    const bend = (to.x - from.x) / 2
    return `C${round(from.x + bend)} ${round(from.y)} ${round(to.x - bend)} ${round(to.y)} ${round(to.x)} ${round(to.y)}`
  })
  return `<path class="${edge.kind}" d="M${round(first?.x ?? 0)} ${round(first?.y ?? 0)}${curves.join('')}" marker-end="url(#arrow)"/>`
}

/** Beside the middle of its first piece. */
function wordsOf({ edge, places }: Route, columns: Columns): string {
  const [from = { x: 0, y: 0 }, to = from] = pointsOf(places, columns)
  return `<text class="edge" x="${round((from.x + to.x) / 2)}" y="${round((from.y + to.y) / 2)}">${escapeMarkup(printable(edge.labels.join(', ')))}</text>`
}

/** From the right side of the first to the left side of the last; where an edge passes a layer, on both its sides. */
function pointsOf(places: readonly Place[], { left, width }: Columns): readonly Point[] {
  const isForward = (places[0]?.layer ?? 0) <= (places.at(-1)?.layer ?? 0)
  return places.flatMap(({ layer, y }, at): Point[] => {
    const side = (isRight: boolean) => ({ x: left(layer) + (isRight ? width(layer) : 0), y: y + MARGIN })
    const [enter, exit] = [side(!isForward), side(isForward)]
    if (at === 0) return [exit]
    return at === places.length - 1 ? [enter] : [enter, exit]
  })
}

function count({ nodes }: ConfigGraph, kind: GraphNode['kind']): string {
  const number = nodes.filter((node) => node.kind === kind).length
  return `${number} ${kind}${number === 1 ? '' : 's'}`
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}
