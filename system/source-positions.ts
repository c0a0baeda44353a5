// Frames of a stack name lines of the bundle, where octo runs from one. With the map that a build leaves beside it they name
// the sources again. Read only when something is shown that nobody expected.
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, resolve } from 'node:path'

const IN_BUNDLE = /((?:\/|[A-Za-z]:\\)[^\n()]*[\\/]dist[\\/](?:octo|rest|warm)\.cjs):(\d+):(\d+)/g
const maps = new Map<string, SourceMap | undefined>()

/** The stack as it is where there is no map. */
export function inSources(stack: string): string {
  return stack.replace(IN_BUNDLE, (place, bundle: string, line: string, column: string) => {
    const origin = mapOf(bundle)?.findOrigin(Number(line), Number(column))
    if (!origin || !('fileName' in origin)) return place
    return `${resolve(dirname(bundle), origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`
  })
}

function mapOf(bundle: string): SourceMap | undefined {
  if (!maps.has(bundle)) maps.set(bundle, readMap(`${bundle}.map`))
  return maps.get(bundle)
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
