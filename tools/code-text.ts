// Source text with comments, or comments and strings, blanked out, so that a search finds code and nothing else.
// Line breaks stay, so line numbers do too.

type Blanked = {
  /** Comments are spaces. */
  readonly withoutComments: string
  /** Comments and the insides of strings, templates and regular expressions are spaces. */
  readonly codeOnly: string
}

// In order: comments, strings, the start of a template, regular expressions where one can stand.
const TOKEN =
  /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`|(?<=(?:^|[=(,:;!&|?{}[\n>]|return|typeof)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|[{}]/gm

export function blank(source: string): Blanked {
  const comments: Span[] = []
  const literals: Span[] = []
  const braces: ('code' | 'template')[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(source); match; match = TOKEN.exec(source)) {
    const [token] = match
    const span = { start: match.index, end: match.index + token.length }
    if (token === '{') braces.push('code')
    else if (token === '}') {
      if (braces.pop() === 'template') TOKEN.lastIndex = readTemplate(span.end)
    } else if (token === '`') TOKEN.lastIndex = readTemplate(span.end)
    else if (token.startsWith('//') || token.startsWith('/*')) comments.push(span)
    else literals.push({ start: span.start + 1, end: span.end - 1 })
  }
  const withoutComments = blankSpans(source, comments)
  return { withoutComments, codeOnly: blankSpans(withoutComments, literals) }

  /** Blanks template text from `start` to its end or to `${`, and says where code goes on. */
  function readTemplate(start: number): number {
    const end = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y
    end.lastIndex = start
    end.exec(source)
    literals.push({ start, end: end.lastIndex })
    if (source[end.lastIndex] !== '$') return end.lastIndex + 1
    braces.push('template')
    return end.lastIndex + 2
  }
}

type Span = { readonly start: number; readonly end: number }

function blankSpans(source: string, spans: readonly Span[]): string {
  let result = ''
  let from = 0
  for (const { start, end } of spans) {
    result += source.slice(from, start) + source.slice(start, end).replace(/[^\n]/g, ' ')
    from = end
  }
  return result + source.slice(from)
}

export function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length
}
