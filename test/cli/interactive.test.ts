import { describe, expect, it } from 'vitest'
import { startLine, startServer } from '../server/set-up.ts'
import { PATIENCE } from './program.ts'
import { Terminal } from './terminal.ts'

const ENTER = '\r'
const BACKSPACE = '\u007f'
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'

describe('holdfast in a terminal', () => {
  it('keeps what is said, what comes, the status and the prompt apart', async () => {
    const server = await startServer()
    const host = new URL(server.url).host
    const terminal = new Terminal([server.url])
    await terminal.shows(`* connected to ${host}`, `connected to ${host} · 0 queued`, '>')
    terminal.type(`hello${ENTER}`)
    await terminal.shows('> hello', `connected to ${host} · 0 queued`, '>')
    await server.waitFor(({ messages }) => messages[0] === 'hello', PATIENCE)
    terminal.type('half a mess')
    await terminal.shows('> half a mess')
    server.sendAll('something comes\nin between')
    await terminal.shows(
      '< something comes',
      '  in between',
      `connected to ${host} · 0 queued`,
      '> half a mess',
    )
    terminal.type(BACKSPACE)
    terminal.type(`age${ENTER}`)
    await server.waitFor(({ messages }) => messages[1] === 'half a mesage', PATIENCE)
    await terminal.shows('> half a mesage', `connected to ${host} · 0 queued`, '>')
    terminal.type(CTRL_D)
    expect(await terminal.exitCode()).toBe(0)
    expect(terminal.lines).toEqual([
      `* connected to ${host}`,
      '> hello',
      '< something comes',
      '  in between',
      '> half a mesage',
      '',
    ])
  })

  it('prints above a line that is longer than the terminal is wide', async () => {
    const server = await startServer()
    const terminal = new Terminal([server.url])
    await terminal.shows(/^\* connected/, /queued$/, '>')
    const long = 'long '.repeat(30).trim()
    terminal.type(long)
    await terminal.shows(`> ${long}`)
    server.sendAll('first')
    server.sendAll('漢字'.repeat(40))
    await terminal.shows('< first', `< ${'漢字'.repeat(40)}`, /queued$/, `> ${long}`)
    terminal.type(ENTER)
    await server.waitFor(({ messages }) => messages[0] === long, PATIENCE)
    await terminal.shows(`> ${long}`, /queued$/, '>')
  })

  it('counts down, queues, and sends when the server is back', async () => {
    const { server, proxy } = await startLine()
    const terminal = new Terminal([proxy.url])
    await terminal.shows(/^\* connected/, /queued$/, '>')
    await proxy.refuse()
    proxy.reset()
    await terminal.shows(
      /^\* lost: ECONNREFUSED, next attempt in \d\.\d s$/,
      /^next attempt in \d+ s · 0 queued$/,
      '>',
    )
    terminal.type(`kept${ENTER}`)
    await terminal.shows(/ · 1 queued$/, '>')
    expect(terminal.lines).toContain('> kept')
    await proxy.refuse(false)
    await server.waitFor(({ messages }) => messages[0] === 'kept', PATIENCE)
    await terminal.shows(/^\* connected/, /^connected to .* · 0 queued$/, '>')
    terminal.type(CTRL_D)
    expect(await terminal.exitCode()).toBe(0)
  })

  it('says on Ctrl-C what was not sent: 130', async () => {
    const server = await startServer()
    server.hangHandshake()
    const terminal = new Terminal([server.url])
    await terminal.shows(/^connecting to .* · 0 queued$/, '>')
    terminal.type(`one${ENTER}two${ENTER}`)
    await terminal.shows('> one', '> two', / · 2 queued$/, '>')
    terminal.type(CTRL_C)
    expect(await terminal.exitCode()).toBe(130)
    await terminal.shows('> one', '> two', '* 2 messages not sent', '')
  })

  it('waits after Ctrl-D until all is sent; Ctrl-C gives up', async () => {
    const server = await startServer()
    server.hangHandshake()
    const terminal = new Terminal([server.url])
    await terminal.shows(/^connecting to .* · 0 queued$/, '>')
    terminal.type(`one${ENTER}`)
    await terminal.shows('> one', / · 1 queued$/, '>')
    terminal.type(CTRL_D)
    await terminal.shows('* 1 message to send before the end; Ctrl-C gives up', '')
    terminal.type(CTRL_C)
    expect(await terminal.exitCode()).toBe(130)
    await terminal.shows('* 1 message not sent', '')
  })

  it('lets no server write to the terminal', async () => {
    const server = await startServer()
    const terminal = new Terminal([server.url])
    await terminal.shows(/^\* connected/, /queued$/, '>')
    server.sendAll('\u001b[2J\u001b[H* connected\r* fake')
    await terminal.shows('< \\x1b[2J\\x1b[H* connected\\x0d* fake', /queued$/, '>')
  })

  it('reads and shows JSON with --json', async () => {
    const server = await startServer({ echo: true })
    const terminal = new Terminal(['--json', server.url])
    await terminal.shows(/^\* connected/, /queued$/, '>')
    terminal.type(`{"a":1${ENTER}`)
    await terminal.shows('> {"a":1', '* not JSON, and not sent', /queued$/, '>')
    terminal.type(`{"a":1}${ENTER}`)
    await terminal.shows('> {"a":1}', '< {', '    "a": 1', '  }', /queued$/, '>')
    expect(server.messages).toEqual(['{"a":1}'])
    terminal.type(CTRL_D)
    // Who types sees at once what is refused, and can type it again.
    expect(await terminal.exitCode()).toBe(0)
  })
})
