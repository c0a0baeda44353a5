// JSON Pointers (RFC 6901), which name one value inside the arguments of a check.

export function pointerTo(parent: string, key: string): string {
  return `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
