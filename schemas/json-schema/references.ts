// What a reference in a JSON Schema means: a part of the same document, or of a draft's own schema. Nothing is loaded from elsewhere.
import { isMap } from '../is-map.ts'
import type { Document, Part, Resource } from './parts.ts'
import { grow, growUnknown, isSchema, resolved } from './parts.ts'

/** The schemas of the draft, in whose names nobody else has a part. */
type Known = { readonly resources: ReadonlyMap<string, Resource> }

export type References = {
  /** Throws where there is nothing. */
  target(reference: string, from: Part): Part
  /** The same for `$dynamicRef`: the outermost of what was gone through counts that has the name. */
  dynamicTarget(reference: string, from: Part, scope: Scope): Part
  /** All that `$dynamicRef` may come to mean, by whichever way. */
  dynamicTargets(reference: string, from: Part): readonly Part[]
}

/** The resources that were gone through on the way to a part, the innermost first. */
export type Scope = { readonly resource: Resource; readonly outer: Scope | undefined }

export function openReferences(document: Document, known: Known | undefined): References {
  const found = new Map<Part, Map<string, Part>>()
  let isWhole = false

  function target(reference: string, from: Part): Part {
    const own = found.get(from) ?? new Map<string, Part>()
    found.set(from, own)
    const part = own.get(reference) ?? find(reference, from) ?? findUnknown(reference, from)
    // allow(raw-error): whoever asks has the words for it
    if (!part) throw new Error(`the reference \`${reference}\` leads nowhere`)
    own.set(reference, part)
    return part
  }

  function find(reference: string, from: Part): Part | undefined {
    const uri = resolved(reference, from.resource)
    const resource = resourceAt(uri, from) ?? known?.resources.get(uri)
    if (!resource) return undefined
    const fragment = fragmentOf(reference)
    if (fragment === '') return resource.root
    return fragment.startsWith('/') ? descend(resource.root, fragment) : resource.anchors.get(fragment)
  }

  function findUnknown(reference: string, from: Part): Part | undefined {
    if (isWhole) return undefined
    isWhole = true
    growUnknown(document)
    return find(reference, from)
  }

  return {
    target,
    dynamicTarget(reference, from, scope) {
      const part = target(reference, from)
      const name = fragmentOf(reference)
      if (!isDynamic(part, name)) return part
      let outermost = part
      for (let at: Scope | undefined = scope; at; at = at.outer)
        outermost = at.resource.dynamicAnchors.get(name) ?? outermost
      return outermost
    },
    dynamicTargets(reference, from) {
      const part = target(reference, from)
      const name = fragmentOf(reference)
      if (!isDynamic(part, name)) return [part]
      const resources = [...document.resources.values(), ...(known?.resources.values() ?? [])]
      return [part, ...resources.flatMap(({ dynamicAnchors }) => dynamicAnchors.get(name) ?? [])]
    },
  }
}

/** Also where the reference stands in a schema of the draft, which knows its own. */
function resourceAt(uri: string, { resource }: Part): Resource | undefined {
  return resource.uri === uri ? resource : resource.document.resources.get(uri)
}

function isDynamic(part: Part, name: string): boolean {
  return part.resource.dynamicAnchors.get(name) === part
}

function fragmentOf(reference: string): string {
  const fragment = reference.split('#').slice(1).join('#')
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

/** By a JSON Pointer, which may lead through words that nobody knows. */
function descend(root: Part, pointer: string): Part | undefined {
  const steps = pointer.slice(1).split('/').map(unescaped)
  let part = root
  for (let at = 0; at < steps.length; ) {
    const held = part.held.get(steps[at] ?? '')
    const isMany = held instanceof Map
    const next = isMany ? heldAt(held, steps[at + 1]) : held
    if (!next) return beyond(part, steps.slice(at))
    part = next
    at += isMany ? 2 : 1
  }
  return part
}

/** A pointer that ends at a map of schemas means the map. */
function heldAt(held: ReadonlyMap<string, Part>, step: string | undefined): Part | undefined {
  return step === undefined ? undefined : held.get(step)
}

function beyond(part: Part, steps: readonly string[]): Part | undefined {
  let value: unknown = part.schema
  for (const step of steps) {
    const isThere = (Array.isArray(value) || isMap(value)) && Object.hasOwn(value, step) && step !== 'length'
    if (!isThere) return undefined
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  return isSchema(value) ? grow(value, part.resource) : undefined
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
