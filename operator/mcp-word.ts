// The word `octo mcp`.
import type { Command } from 'commander'
import { addCommand, onRun } from '../terminal/program.ts'
import type { SessionOptions } from './operator-session.ts'
import { shared } from './shared-options.ts'

const CLIENTS = `
Which plugins: those that the local config marks, and nothing else is started.

  operator:
    plugins:
      check-tcp: {version: ^1, mcp: true}

How a client is configured; each names its file in its own documentation:

  {"mcpServers": {"octo": {"command": "octo", "args": ["mcp", "--config", "/srv/shop/octo.yaml"]}}}

Standard input and output are the protocol's; logs go to standard error. The config is read again once it says something else.`

export function addMcpWord(program: Command): void {
  const mcp = addCommand(program, {
    words: 'mcp',
    summary: 'offer plugins of the config as tools of the Model Context Protocol, on standard input and output',
    examples: ['octo mcp', 'octo mcp --config /srv/shop/octo.yaml --frozen'],
  })
  shared(mcp).addHelpText('after', CLIENTS)
  onRun<SessionOptions>(mcp, async ({ options, terminal }) => {
    const { mcpCommand } = await import('./commands/mcp.ts')
    return mcpCommand(options, terminal)
  })
}
