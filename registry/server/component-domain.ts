// Which domain the names of components begin with. They are what others pin, so one that was chosen is remembered with the data.
import { parseComponentDomain } from '../component-name.ts'
import { readRemembered, remember } from '../data-dir/remembered.ts'

/** What was said, else what was remembered; undefined leaves it to the base URL. Throws USAGE. */
export async function chooseComponentDomain(dataDir: string, given: string | undefined): Promise<string | undefined> {
  const chosen = given ?? (await readRemembered(dataDir, 'component-domain'))
  return chosen === undefined ? undefined : parseComponentDomain(chosen)
}

/** Kept for starts that say none. */
export function rememberComponentDomain(dataDir: string, domain: string): Promise<void> {
  return remember(dataDir, 'component-domain', domain)
}
