// Numbers with so many digits as Go writes them: what lies in the middle goes to the even digit, where JavaScript takes the larger one.

/** `%.Nf` of a number from 0 on. */
export function fixedText(size: number, places: number): string {
  const digits = String(scaled(size, places)).padStart(places + 1, '0')
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/** `%.Ne` of a number from 0 on, with its exponent as JavaScript writes it: `1.5e+3`. */
export function exponentText(size: number, places: number): string {
  if (size === 0) return size.toExponential(places)
  // By its shortest form, from which the number itself may lie on the other side of a power of ten.
  let power = Number(size.toExponential().split('e')[1])
  let digits = String(scaled(size, places - power))
  if (digits.length !== places + 1) {
    power += digits.length - places - 1
    digits = String(scaled(size, places - power))
  }
  const fraction = places === 0 ? '' : `.${digits.slice(1)}`
  return `${digits.slice(0, 1)}${fraction}e${power < 0 ? '-' : '+'}${Math.abs(power)}`
}

/** `size` times ten to the `power`, as a whole number. */
function scaled(size: number, power: number): bigint {
  let [top, bottom] = ratioOf(size)
  if (power >= 0) top *= 10n ** BigInt(power)
  else bottom *= 10n ** BigInt(-power)
  const [whole, twice] = [top / bottom, 2n * (top % bottom)]
  return twice > bottom || (twice === bottom && whole % 2n === 1n) ? whole + 1n : whole
}

/** Every number is a whole one over a power of two, to which doubling leads without a loss. */
function ratioOf(size: number): [top: bigint, bottom: bigint] {
  let [top, bottom] = [size, 1n]
  for (; !Number.isInteger(top); top *= 2) bottom *= 2n
  return [BigInt(top), bottom]
}
