// A registry may be mounted below a path of a shared host, and the proxy in front may or may not take that path off.

/** The request target without the site's path, such as `/octo`; one that a proxy cut already stays as it is. */
export function belowSite(target: string, sitePath: string): string {
  if (sitePath === '' || !target.startsWith(sitePath)) return target
  const rest = target.slice(sitePath.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : target
}
