// Where the nodes of a graph stand when it is drawn from left to right: in layers, so that each edge leads to the right, in an order
// in which few of them cross. An edge that passes a layer has a place of its own there, so that it passes between the nodes. Pure.
import type { ConfigGraph, GraphEdge, GraphNode } from './config-graph.ts'

/** A node, or where an edge passes; `y` is its middle. */
export type Place = { readonly node?: GraphNode; readonly layer: number; y: number; readonly height: number }

export type Route = { readonly edge: GraphEdge; readonly places: readonly Place[] }

type Layers = { readonly layers: readonly (readonly Place[])[]; readonly routes: readonly Route[] }

type Sizes = { readonly nodeHeight: number; readonly edgeHeight: number; readonly gap: number }

const SWEEPS = 8

export function layersOf(graph: ConfigGraph, sizes: Sizes): Layers {
  const ranks = ranksOf(graph)
  const layers: Place[][] = []
  const put = (place: Place): Place => {
    layers[place.layer] ??= []
    layers[place.layer]?.push(place)
    return place
  }
  const places = new Map(
    graph.nodes.map((node) => [node.id, put({ node, layer: ranks.get(node.id) ?? 0, y: 0, height: sizes.nodeHeight })]),
  )
  const routes = graph.edges.flatMap((edge): Route[] => {
    const [from, to] = [places.get(edge.from), places.get(edge.to)]
    if (!from || !to) return []
    const step = Math.sign(to.layer - from.layer)
    const between = Array.from({ length: Math.max(0, Math.abs(to.layer - from.layer) - 1) }, (_, index) =>
      put({ layer: from.layer + step * (index + 1), y: 0, height: sizes.edgeHeight }),
    )
    return [{ edge, places: [from, ...between, to] }]
  })
  arrange(layers, routes, sizes.gap)
  return { layers: Array.from(layers, (layer = []) => layer), routes }
}

/** Services before what they wait for, plugins behind all of them. What waits for itself in a circle has one of its edges led back. */
function ranksOf({ nodes, edges }: ConfigGraph): ReadonlyMap<string, number> {
  const next = Map.groupBy(
    edges.filter(({ kind }) => kind === 'waits'),
    ({ from }) => from,
  )
  const order = inTopologicalOrder(nodes, next)
  const ranks = new Map(nodes.map(({ id }) => [id, 0]))
  const position = new Map(order.map((id, at) => [id, at]))
  for (const id of order)
    for (const { to } of next.get(id) ?? [])
      if ((position.get(to) ?? 0) > (position.get(id) ?? 0))
        ranks.set(to, Math.max(ranks.get(to) ?? 0, (ranks.get(id) ?? 0) + 1))
  const last = Math.max(-1, ...nodes.filter(isOfServices).map(({ id }) => ranks.get(id) ?? 0))
  for (const { id, kind } of nodes)
    if (kind === 'plugin') ranks.set(id, last + 1)
    else if (kind === 'notifications') ranks.set(id, Math.max(0, last))
  return ranks
}

function isOfServices({ kind }: GraphNode): boolean {
  return kind === 'service' || kind === 'missing'
}

/** Without recursion, as a chain of services may be long. */
function inTopologicalOrder(nodes: readonly GraphNode[], next: ReadonlyMap<string, readonly GraphEdge[]>): string[] {
  const seen = new Set<string>()
  const finished: string[] = []
  for (const { id } of nodes) {
    const path = [{ id, at: 0 }]
    while (path.length > 0) {
      const step = path[path.length - 1] as { id: string; at: number }
      if (step.at === 0 && seen.has(step.id)) {
        path.pop()
        continue
      }
      seen.add(step.id)
      const edge = next.get(step.id)?.[step.at++]
      if (edge) path.push({ id: edge.to, at: 0 })
      else finished.push((path.pop() as { id: string }).id)
    }
  }
  return finished.reverse()
}

/** Orders each layer by the middle of its neighbours, again and again from both sides, and moves what has room towards them. */
function arrange(layers: Place[][], routes: readonly Route[], gap: number): void {
  const neighbours = new Map<Place, Place[]>()
  for (const { places } of routes)
    for (const [at, place] of places.entries()) {
      const beside = [places[at - 1], places[at + 1]].filter((other) => other !== undefined)
      neighbours.set(place, [...(neighbours.get(place) ?? []), ...beside])
    }
  for (const layer of layers) stack(layer ?? [], gap)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0
    const ordered = isForward ? layers : [...layers].reverse()
    for (const layer of ordered) {
      const wish = (place: Place) => middleOf(neighbours.get(place) ?? [], place, sweep < 2 ? isForward : undefined)
      const wished = (layer ?? []).map((place) => ({ place, y: wish(place) }))
      wished.sort((left, right) => left.y - right.y)
      layer?.splice(0, layer.length, ...wished.map(({ place }) => place))
      settle(wished, gap)
    }
  }
  const top = Math.min(0, ...layers.flatMap((layer) => (layer ?? []).map(({ y, height }) => y - height / 2)))
  for (const layer of layers) for (const place of layer ?? []) place.y -= top
}

/** Of the neighbours on one side, at first, and then of all. */
function middleOf(neighbours: readonly Place[], place: Place, isForward: boolean | undefined): number {
  const counted = neighbours.filter(
    ({ layer }) => isForward === undefined || (isForward ? layer < place.layer : layer > place.layer),
  )
  return counted.length === 0 ? place.y : counted.reduce((sum, { y }) => sum + y, 0) / counted.length
}

function stack(layer: readonly Place[], gap: number): void {
  let y = 0
  for (const place of layer) {
    place.y = y + place.height / 2
    y += place.height + gap
  }
}

/** As near to where each wants to be as the others leave room: downwards first, then back up by half of what that moved the last. */
function settle(wished: readonly { readonly place: Place; readonly y: number }[], gap: number): void {
  let free = Number.NEGATIVE_INFINITY
  for (const { place, y } of wished) {
    place.y = Math.max(y, free + place.height / 2)
    free = place.y + place.height / 2 + gap
  }
  const moved = wished.reduce((sum, { place, y }) => sum + place.y - y, 0) / Math.max(1, wished.length)
  for (const { place } of wished) place.y -= moved
}
