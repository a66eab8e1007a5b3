import { readFile } from 'node:fs/promises'
import { createServer as createTcpServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startServer } from '../server/set-up.ts'
import { listen } from '../support/listen.ts'
import { waitFor } from '../support/wait-for.ts'
import { PATIENCE, Program, runToEnd } from './program.ts'

const TOKEN = 'very-secret-token'

describe('signing in', () => {
  it.each(['query', 'subprotocol', 'header'])('carries a token by %s, and never shows it', async (via) => {
    const server = await startServer()
    const args = ['--token-env', 'THE_TOKEN', '--via', via, '-p', 'chat', '--json', server.url]
    const { exitCode, stdout, stderr } = await runToEnd(args, '', { THE_TOKEN: TOKEN })
    expect(exitCode).toBe(0)
    expect(stdout + stderr).not.toContain(TOKEN)
    const [handshake] = server.handshakes
    expect({
      query: handshake?.url === `/?access_token=${TOKEN}`,
      subprotocol: handshake?.protocols.includes(`bearer.${TOKEN}`),
      header: handshake?.headers.authorization === `Bearer ${TOKEN}`,
    }).toEqual({ query: false, subprotocol: false, header: false, [via]: true })
  })

  it('sends headers, and a token at every dial', async () => {
    const server = await startServer()
    const program = new Program(['--token', TOKEN, '--via', 'header', '-H', 'X-One: 1', server.url])
    await server.waitFor(({ connections }) => connections.length === 1, PATIENCE)
    server.terminateAll()
    await server.waitFor(({ accepted }) => accepted === 2, PATIENCE)
    program.end()
    expect(await program.exitCode()).toBe(0)
    expect(server.handshakes.map(({ headers }) => [headers['x-one'], headers.authorization])).toEqual([
      ['1', `Bearer ${TOKEN}`],
      ['1', `Bearer ${TOKEN}`],
    ])
  })

  it('says that the token was refused, and ends', async () => {
    const server = await startServer()
    const program = new Program(['--token', TOKEN, server.url])
    await program.tells('connected')
    server.closeAll(4401, 'no')
    expect(await program.exitCode()).toBe(1)
    expect(program.stderr).toContain('ended: the token was refused (4401 "no")')
  })

  it('tells the status of a refused handshake', async () => {
    const server = await startServer()
    server.refuseWith(403)
    const { exitCode, stderr } = await runToEnd(['--retry', 'none', '--token', TOKEN, server.url])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('lost: HTTP 403\n')
    expect(stderr).not.toContain(TOKEN)
  })

  it.each([
    { choice: false as const, why: 'Server sent no subprotocol' },
    { choice: `other.${TOKEN}`, why: 'Server sent an invalid subprotocol' },
  ])('tells that a handshake failed as $why, without the token', async ({ choice, why }) => {
    const server = await startServer({ handleProtocols: () => choice })
    const args = ['--retry', 'none', '--token', TOKEN, '--via', 'subprotocol', '-p', 'chat', server.url]
    const { exitCode, stdout, stderr } = await runToEnd(args)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`holdfast: lost: ${why}\n`)
    expect(stdout + stderr).not.toContain(TOKEN)
  })
})

describe('a wrong command line', () => {
  it.each<[string[], string]>([
    [['ws://127.0.0.1:1/#here'], 'url must not have a fragment (#).'],
    [['--token', TOKEN, 'ws://example.com'], 'A token over ws:// to another host can be read on the way'],
  ])('%j ends with 2 and says why', async (args, why) => {
    const { exitCode, stdout, stderr } = await runToEnd(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(`holdfast: ${why}`)
    expect(stderr).not.toContain(TOKEN)
  })

  it('is not shown in the list of processes once it has been read', async () => {
    const deaf = createTcpServer()
    const port = await listen(deaf)
    onTestFinished(() => void deaf.close())
    const program = new Program(['--token', TOKEN, `ws://127.0.0.1:${port}`])
    await waitFor(
      async () => {
        const shown = await readFile(`/proc/${program.process.pid}/cmdline`, 'utf8')
        return shown.startsWith('holdfast') && !shown.includes(TOKEN)
      },
      { timeout: PATIENCE },
    )
  })
})
