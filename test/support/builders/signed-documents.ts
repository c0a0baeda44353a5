// Documents that GnuPG signed, and their keys: test/fixtures/openpgp.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { OpenPgpKey } from '../../../schemas/document-key.ts'
import { readOpenPgpKey } from '../../../trust/document/openpgp.ts'

export const WHEN = Date.parse('2024-06-01')

export function fixture(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../fixtures/openpgp/${name}`, import.meta.url)), 'utf8')
}

/** The signed document itself. */
export const DOCUMENT = fixture('web.yaml')

export function signatureBy(name: string): string {
  return fixture(`web.yaml.${name}.asc`)
}

export function keyPathOf(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/openpgp/${name}.key.asc`, import.meta.url))
}

/** As the key of a config, at a time when it was good. */
export function keyOf(name: string, now = Date.parse('2024-01-03')): Promise<OpenPgpKey> {
  return readOpenPgpKey(fixture(`${name}.key.asc`), `${name}.key.asc`, now)
}
