// For records that are written, hashed, signed, compared or shown, where a key that is there without a value says something else
// than one that is not.

type Defined<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> }

/** Without the keys whose value is undefined; those that are left stand in the same order. */
export function omitUndefined<const Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>
}
