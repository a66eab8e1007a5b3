import { describe, expect, it } from 'vitest'
import { startLine, startServer } from '../server/set-up.ts'
import { waitFor } from '../support/wait-for.ts'
import { PATIENCE, Program, runToEnd, watchPings } from './program.ts'

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}`)
const asInput = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

describe('holdfast at the end of a pipe', () => {
  it('sends each line, prints what comes and nothing else, and ends with 0', async () => {
    const server = await startServer({ echo: true })
    const { exitCode, stdout, stderr } = await runToEnd([server.url], 'one\r\n\nzwölf\nno end')
    expect(server.messages).toEqual(['one', '', 'zwölf', 'no end'])
    expect(stdout).toBe('one\n\nzwölf\nno end\n')
    expect(stderr).toBe(`holdfast: connected to ${new URL(server.url).host}\n`)
    expect(exitCode).toBe(0)
    expect(server.closed).toMatchObject([{ code: 1000 }])
  })

  it('refuses a line that is too long, and goes on behind it: 3', async () => {
    const server = await startServer()
    const long = 'x'.repeat(16 * 1024 * 1024 + 1)
    const { exitCode, stderr } = await runToEnd(['-q', server.url], `${long}\ntwo\n${long}\nfour\n`)
    expect(server.messages).toEqual(['two', 'four'])
    expect(stderr).toBe(
      'holdfast: line 1: longer than 16,777,216 characters, and not sent\n' +
        'holdfast: line 3: longer than 16,777,216 characters, and not sent\n' +
        'holdfast: 2 messages not sent\n',
    )
    expect(exitCode).toBe(3)
  })

  it.each([['--quiet'], ['--quiet', '--json']])(
    'says nothing with %s %s where all is well',
    async (...args) => {
      const server = await startServer({ echo: true })
      expect(await runToEnd([...args, server.url], '"one"\n')).toEqual({
        exitCode: 0,
        stdout: '"one"\n',
        stderr: '',
      })
    },
  )

  it('loses no line while the server is away, sends each once and in order, and ends with 0', async () => {
    const { server, proxy } = await startLine()
    const lines = numbered(0, 3_000)
    const program = new Program([proxy.url])
    const confirmed = await watchPings(server, program)
    program.write(asInput(lines.slice(0, 1_000)))
    await confirmed(1_000)
    await proxy.refuse()
    proxy.reset()
    await program.tells('ECONNREFUSED')
    program.write(asInput(lines.slice(1_000, 2_000)))
    program.end(asInput(lines.slice(2_000)))
    await proxy.refuse(false)
    expect(await program.exitCode()).toBe(0)
    expect(server.messages).toEqual(lines)
    expect(server.accepted).toBe(2)
  })

  it('reads no faster than the network: nothing overflows, however much comes', async () => {
    const { server, proxy } = await startLine()
    await proxy.refuse()
    const program = new Program(['--json', proxy.url])
    const lines = numbered(0, 20_000).map((line) => `"${line}"`)
    program.end(asInput(lines))
    const isFull = () =>
      program.events.some(({ event, queued }) => event === 'lost' && Number(queued) >= 5_000)
    await waitFor(isFull, { timeout: PATIENCE })
    // Most of it waits in the pipe.
    expect(program.process.stdin?.writableLength).toBeGreaterThan(0)
    await proxy.refuse(false)
    expect(await program.exitCode()).toBe(0)
    expect(server.messages).toEqual(lines)
    expect(Math.max(...program.events.map(({ queued }) => Number(queued ?? 0)))).toBe(5_000)
  })

  it('says on Ctrl-C how many lines were not sent, those that wait to be queued too: 130', async () => {
    const { proxy } = await startLine()
    await proxy.refuse()
    const program = new Program([proxy.url])
    program.write(asInput(numbered(0, 6_000)))
    await program.tells('5000 queued')
    program.kill('SIGINT')
    expect(await program.exitCode()).toBe(130)
    expect(program.stderr).toMatch(/^holdfast: 6000 messages not sent$/m)
  })

  it('waits for a server that does not answer the close, until a second Ctrl-C', async () => {
    const { server, proxy } = await startLine({ silentClose: true })
    const program = new Program([proxy.url])
    const confirmed = await watchPings(server, program)
    program.write('read\n')
    await confirmed(1)
    server.pauseReading()
    const before = proxy.bytesUp
    program.write('unread\n')
    await waitFor(() => proxy.bytesUp > before, { timeout: PATIENCE })
    program.kill('SIGINT')
    await program.tells('closing; Ctrl-C again does not wait')
    program.kill('SIGINT')
    expect(await program.exitCode()).toBe(130)
    expect(program.stderr).toContain('1 message sent, and perhaps not arrived')
  })

  it('ends with 3 when a cut leaves lines in doubt, and says how many', async () => {
    const { server, proxy } = await startLine()
    const program = new Program([proxy.url])
    const confirmed = await watchPings(server, program)
    program.write('arrived\n')
    await confirmed(1)
    proxy.blackHole(true, 'up')
    program.write('in doubt\n')
    await waitFor(() => proxy.swallowed.up > 0, { timeout: PATIENCE })
    proxy.blackHole(false)
    proxy.reset()
    await server.waitFor(({ accepted }) => accepted === 2, PATIENCE)
    program.end('later\n')
    expect(await program.exitCode()).toBe(3)
    expect(server.messages).toEqual(['arrived', 'later'])
    expect(program.stderr).toMatch(/1 message sent, and perhaps not arrived\n$/)
  })

  it('notices a dead line by a ping that nobody answers', async () => {
    const { server, proxy } = await startLine()
    const program = new Program(['--ping', '0.2', proxy.url])
    await server.waitFor(({ accepted }) => accepted === 1, PATIENCE)
    await program.tells('connected')
    proxy.blackHole()
    await program.tells('lost: no answer')
    proxy.blackHole(false)
    program.end('alive\n')
    expect(await program.exitCode()).toBe(0)
    expect(server.messages).toEqual(['alive'])
  })

  it('ends with 1 when the attempts are used up, with 3 if that leaves lines behind', async () => {
    const { proxy } = await startLine()
    await proxy.refuse()
    const idle = await runToEnd(['--retry', '2', proxy.url])
    expect(idle.exitCode).toBe(1)
    expect(idle.stderr.match(/lost: ECONNREFUSED/g)).toHaveLength(2)
    const loss = await runToEnd(['--retry', 'none', '--quiet', proxy.url], 'one\ntwo\n')
    expect(loss.exitCode).toBe(3)
    expect(loss.stdout).toBe('')
    expect(loss.stderr).toBe('holdfast: ended: not to be tried again (1006)\nholdfast: 2 messages not sent\n')
  })

  it('ends with 1 when the server closes for good while there may be more to send', async () => {
    const server = await startServer()
    const program = new Program([server.url])
    await server.waitFor(({ connections }) => connections.length === 1, PATIENCE)
    server.closeAll(4403, 'not\u001b[2J allowed')
    expect(await program.exitCode()).toBe(1)
    expect(program.stderr).toContain('(4403 "not\\u001b[2J allowed")')
  })

  it('ends with 1 when the server refuses as the input ends, and says why', async () => {
    const server = await startServer({ onConnection: (socket) => socket.close(4403, 'not allowed') })
    const { exitCode, stderr } = await runToEnd([server.url], '')
    expect(stderr).toContain('holdfast: ended: not to be tried again (4403 "not allowed")\n')
    expect(exitCode).toBe(1)
    const json = await runToEnd(['--json', server.url], '')
    expect(json.stderr).toContain('"why":"verdict","code":4403,"reason":"not allowed"')
  })

  it('stays for answers with --wait, until the server closes', async () => {
    const server = await startServer()
    const program = new Program(['--wait', 'forever', server.url])
    program.end('question\n')
    await server.waitFor(({ messages }) => messages.length === 1, PATIENCE)
    server.sendAll('answer')
    await waitFor(() => program.stdout === 'answer\n', { timeout: PATIENCE })
    server.closeAll(1000)
    expect(await program.exitCode()).toBe(0)
  })

  it('hands binary messages on byte for byte', async () => {
    const server = await startServer()
    const program = new Program([server.url])
    const chunks: Buffer[] = []
    program.process.stdout?.removeAllListeners('data').setEncoding('latin1')
    program.process.stdout?.on('data', (text: string) => chunks.push(Buffer.from(text, 'latin1')))
    await server.waitFor(({ connections }) => connections.length === 1, PATIENCE)
    server.sendAll(Buffer.of(0, 255, 10, 128))
    await waitFor(() => Buffer.concat(chunks).length === 5, { timeout: PATIENCE })
    expect(Buffer.concat(chunks)).toEqual(Buffer.of(0, 255, 10, 128, 10))
    program.end()
    expect(await program.exitCode()).toBe(0)
  })

  it('closes when its reader has gone', async () => {
    const server = await startServer()
    const program = new Program([server.url])
    await server.waitFor(({ connections }) => connections.length === 1, PATIENCE)
    program.process.stdout?.destroy()
    server.sendAll('for nobody')
    server.sendAll('for nobody')
    expect(await program.exitCode()).toBe(0)
  })
})

describe('--json', () => {
  it('sends only JSON, and tells all as JSON lines, without any content', async () => {
    const server = await startServer()
    const program = new Program(['--json', server.url])
    program.end('{"a":1}\n\nsecret text\n[2]\n')
    expect(await program.exitCode()).toBe(3)
    expect(server.messages).toEqual(['{"a":1}', '[2]'])
    expect(program.stderr).not.toContain('secret')
    expect(program.events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['connecting', 'open', 'refused', 'closing', 'closed', 'end']),
    )
    expect(program.events.find(({ event }) => event === 'refused')).toMatchObject({ line: 3 })
    expect(program.events.at(-1)).toEqual({
      event: 'end',
      by: 'input',
      unsent: 1,
      unconfirmed: 0,
      exitCode: 3,
    })
  })
})
