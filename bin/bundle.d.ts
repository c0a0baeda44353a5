// Types of bundle.js, which runs before TypeScript can be read.
type Name = 'octo' | 'help' | 'warm' | 'complete'
type State = [size: number, mtimeMs: number, ctimeMs: number]
export const SOURCES: Readonly<Record<Name, string>>
export const WORDS: string
export function isCurrent(root: string, name: Name): boolean
export function stateOf(file: string): State | undefined
export function compiledCodePath(file: string): string
export function compileBundle(file: string): {
  run(): Pick<typeof import('../octo.ts'), 'runOcto'> &
    Pick<typeof import('../help.ts'), 'runHelp' | 'words' | 'commandTable'> & {
      main(argv: readonly string[]): undefined
    }
  compiledCode(): Buffer
  further(): readonly { readonly file: string; compiledCode(): Buffer }[]
  readonly usesCompiledCode: boolean
}
