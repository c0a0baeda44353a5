// The types of hono that all routes share.
import type { HttpBindings } from '@hono/node-server'
import type { Context, Hono } from 'hono'

export type Env = { Bindings: HttpBindings }
export type App = Hono<Env>
export type RequestOf = Context<Env>
export type Handler = (context: RequestOf) => Response | Promise<Response>
