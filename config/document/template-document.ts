// Reads a document whose text is a template: its author alone writes the structure. A value gets into the text as a sign, which
// stands for it until the text is parsed, so that whatever the value holds, no key, item, comment or document is made of it.
// Answers THREATS.md: a value becomes structure.
import { coded, isCoded } from '../../schemas/errors.ts'
import type { YamlDocument } from '../../schemas/yaml/parse.ts'
import { parseYaml } from '../../schemas/yaml/parse.ts'
import type { Piece } from '../template/evaluate.ts'
import type { Structure } from '../template/meter.ts'
import type { Fail } from '../template/syntax.ts'
import { invalid, showPlace } from './invalid.ts'
import type { ConfigSource, ScalarNode, TreeNode } from './node.ts'
import { isFromElsewhere, isRemote, placeOf, treeFrom } from './node.ts'
import { refused } from './refused.ts'
import type { Sign } from './signs.ts'
import { asTyped, HELD_BY_SIGNS, signFor, signsIn, withoutSigns } from './signs.ts'
import { expandDocument, HOW_TO_ESCAPE } from './template.ts'
import type { Filling, TemplateVariables } from './template-filling.ts'
import { budgetOfDocument, meterOf } from './template-filling.ts'
import { placeMap } from './template-places.ts'
import { withValues } from './values-for-signs.ts'

type MadeDocument = {
  readonly root: TreeNode
  /** Values of local documents were looked at. */
  readonly readsLocal: boolean
}

type Making = {
  readonly text: string
  readonly source: ConfigSource
  readonly node: ScalarNode
  readonly signs: Sign[]
  readonly parts: Filling['parts']
  /** Of the action that is evaluated. */
  at: number
  /** An environment variable that decides what the document holds. */
  variable?: string
}

/** Throws CONFIG_INVALID, YAML_INVALID or LIMIT_EXCEEDED, with line and column of the template. */
export function parseTemplateTree(text: string, source: ConfigSource, variables: TemplateVariables): MadeDocument {
  const making = begin(text, source)
  refuseSigns(text, making)
  const budget = budgetOfDocument()
  const pieces = expandDocument(making.node, variables, {
    parts: making.parts,
    budget,
    structure: structureFor(making),
    meter: meterOf(making.node, 0, { variables, budget }),
    fail: failingIn(making),
  })
  const root = parsed(pieces, making)
  return { root, readsLocal: making.parts.local !== undefined }
}

function begin(text: string, source: ConfigSource): Making {
  const origin = {
    source,
    document: placeMap(text, [{ text, offset: 0 }]),
    get offset() {
      return making.at
    },
  }
  const node: ScalarNode = { kind: 'scalar', origin, value: text, text, plain: false, block: true }
  const making: Making = { text, source, node, signs: [], parts: {}, at: 0 }
  return making
}

function refuseSigns(text: string, { node }: Making): void {
  if (HELD_BY_SIGNS.test(text)) throw invalid(node, 'a template that makes a document holds no U+E000 and no U+E001')
}

function structureFor(making: Making): Structure {
  const { signs, parts } = making
  return {
    at: (offset) => {
      making.at = offset
    },
    sign: (value, text, isIndented = false) => {
      signs.push({ value, text, isIndented, template: actionAt(making) })
      return signFor(signs.length - 1)
    },
    written: (written) => {
      refuseSigns(written, making)
      return { kind: 'string', value: written, structure: written }
    },
    shown: (structure) => {
      // Whoever works on the text of a sign has what went into it.
      for (const { variable } of signsIn(structure, signs)) if (variable !== undefined) parts.variable ??= variable
      return withoutSigns(structure, signs)
    },
    printing: (print) => {
      const first = signs.length
      const before = parts.variable
      delete parts.variable
      print()
      requireTrusted(making)
      const { variable } = parts
      if (variable !== undefined) for (const sign of signs.slice(first)) sign.variable ??= variable
      delete parts.variable
      if (before !== undefined) parts.variable = before
    },
    decided: () => {
      requireTrusted(making)
      if (parts.variable !== undefined) making.variable ??= parts.variable
    },
  }
}

/** What a document holds is trusted as far as the document is, so nothing that is trusted less may go in or decide it. */
function requireTrusted({ parts: { fetched }, node }: Making): void {
  if (!fetched || (isRemote(node) && (isFromElsewhere(node) || !isFromElsewhere(fetched)))) return
  throw refused(fetched, `decide what a template writes in ${showPlace(placeOf(node))}`, {
    local: node,
    hint: 'give the value in a local config',
  })
}

/** As it was typed, for who asks what a value was made of. */
function actionAt({ text, at }: Making): string {
  const open = text.lastIndexOf('{{', at)
  const close = text.indexOf('}}', at)
  return text.slice(Math.max(0, open), close < 0 ? text.length : close + 2)
}

function failingIn({ source, node }: Making): Fail {
  return (problem, { line, column }, hint) => {
    const document = { lineAt: () => line, columnAt: () => column }
    const at = { ...node, origin: { source, document, offset: 0 } }
    const hints = [hint, HOW_TO_ESCAPE].filter((one) => one !== undefined)
    return invalid(at, `template column ${column}: ${problem}`, { hint: hints.join('; ') })
  }
}

function parsed(pieces: readonly Piece[], making: Making): TreeNode {
  const made = pieces.map(({ text }) => text).join('')
  const document = placeMap(making.text, pieces)
  const { root } = parseMade(made, { ...making, document })
  const tree = treeFrom(root, { source: making.source, document, offset: root.offset })
  return withValues(tree, making)
}

type Made = Making & { readonly document: ReturnType<typeof placeMap> }

function parseMade(made: string, { source, document, signs }: Made): YamlDocument {
  try {
    return parseYaml(made, source.name)
  } catch (error) {
    if (!isCoded(error, 'YAML_INVALID')) throw error
    const { line = 1 } = error.details as { line?: number }
    const place = { line: document.lineAt(startOfLine(made, line)), column: document.columnAt(startOfLine(made, line)) }
    throw coded('YAML_INVALID', {
      place: showPlace({ file: source.name, line: place.line }),
      message: `what the template makes is no YAML: ${asTyped(error.problem, signs)}`,
      details: { source: source.name, ...place },
      hint: 'a value that is to be structure goes through `toYaml` and `nindent`; every other one is one plain value',
    })
  }
}

/** Where the line begins to say something. */
function startOfLine(text: string, line: number): number {
  let start = 0
  for (let count = 1; count < line; count++) start = text.indexOf('\n', start) + 1
  return start + (/^[ \t]*/.exec(text.slice(start, start + 1000))?.[0].length ?? 0)
}
