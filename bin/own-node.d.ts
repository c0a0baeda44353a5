// Types of own-node.js, which is plain JavaScript so that an old Node can read it.
export const WANTED_NODE: string
export function canRunOcto(version: string): boolean
export function ownNodePath(): string | undefined
export function tooOldSentence(): string
