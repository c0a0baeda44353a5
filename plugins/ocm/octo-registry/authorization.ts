// What a registry is told of who asks, made of the credentials that a host has for it: a token, or a name and password, of which a registry
// of octo takes the token as the password.
import type { Credentials } from '../../../sdk/service/index.ts'

export function authorizationOf(credentials: Credentials | undefined): string | undefined {
  const { accessToken, token = accessToken, username, password } = credentials?.properties ?? {}
  if (token !== undefined) return `Bearer ${token}`
  if (username === undefined || password === undefined) return undefined
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
