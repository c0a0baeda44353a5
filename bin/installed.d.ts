// Types of installed.js, which runs before TypeScript can be read.
export function isReady(root?: string): boolean
export function isInstalled(root?: string, options?: { needsDevelopment?: boolean }): boolean
export function stampInstalled(root?: string): void
export function notReadySentence(root?: string): string
export function packedSentence(root?: string): string | undefined
export function missingModule(root?: string): { message: string; hint: string }
export function damagedFile(
  error: { readonly path: string; readonly message: string },
  root?: string,
): { message: string; hint: string }
export function isMissingModule(error: unknown): boolean
