// How much a test tries: each kind of case and a few rounds with every `npm test`; every case with OCTO_EVERY_CASE=1, as .ci/run asks for;
// and with OCTO_FULL=1 the numbers of rounds that prove something as well.

const isFullForm = process.env.OCTO_FULL === '1'

export const triesEveryCase = isFullForm || process.env.OCTO_EVERY_CASE === '1'

export function rounds({ short, full }: { readonly short: number; readonly full: number }): number {
  const wanted = Number(process.env.OCTO_ROUNDS)
  return wanted > 0 ? wanted : isFullForm ? full : short
}
