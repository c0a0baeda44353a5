// Long lists, a page at a time: the answer says with which `last` to ask for the rest.
import { CallError } from './call-error.ts'

type Page = { readonly list: string[]; readonly header?: { readonly last: string } }

const PAGE_SIZE = 500

/** The names behind `last`, which is the last one of the page before; throws a CallError for a `last` that is not among them. */
export async function pageOf(
  names: Iterable<string> | AsyncIterable<string>,
  last: string,
  size = PAGE_SIZE,
): Promise<Page> {
  const list: string[] = []
  let isBehind = last === ''
  for await (const name of names) {
    if (!isBehind) isBehind = name === last
    else if (list.length < size) list.push(name)
    else return { list, header: { last: list.at(-1) ?? '' } }
  }
  if (!isBehind) throw new CallError(`unknown last: ${JSON.stringify(last)}`)
  return { list }
}
