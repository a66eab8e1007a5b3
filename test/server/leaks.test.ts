import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { connect, constant } from '@holdfast/core'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { countedTimers } from '../support/counted-timers.ts'
import { waitFor } from '../support/wait-for.ts'
import { connectTo } from './client.ts'
import { nativeClasses } from './native-classes.ts'
import { recorded } from './recorded-socket.ts'
import { startLine, startServer } from './set-up.ts'

/** TCP connections that keep the process alive. */
function activeSockets(): number {
  const kinds = new Set(['TCPSocketWrap', 'TCPConnectWrap', 'TLSWrap'])
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind)).length
}

function processListeners(): Record<string, number> {
  return Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]))
}

/** Warnings of the process until the test ends, such as that of too many listeners. */
function noteWarnings(): readonly Error[] {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return warnings
}

describe.each(nativeClasses)('after close(), with the class of %s', (name, Native) => {
  function setUp() {
    const { WebSocket, sockets: made } = recorded(Native)
    const { pending, ...timers } = countedTimers()
    const before = activeSockets()
    return {
      environment: { WebSocket, ...timers },
      made,
      /** Resolves once nothing is left but what there was before. */
      async isClean() {
        expect(pending.size).toBe(0)
        await waitFor(() => activeSockets() === before, { what: 'TCP connections to be closed' })
        // Not 3: undici stays at 2 when it is closed while it connects.
        expect(made.filter(({ readyState }) => readyState < 2)).toEqual([])
        // The error listener stays on purpose: ws throws an 'error' that nobody hears.
        expect(made.filter(({ listening }) => listening > 1)).toEqual([])
      },
    }
  }

  it('leaves no socket, listener or timer', async () => {
    const { server, proxy } = await startLine({ echo: true })
    const { environment, made, isClean } = setUp()
    const { connection, messages, seen } = connectTo(proxy.url, { environment })
    await seen('open')
    connection.send('hello')
    await waitFor(() => messages.length === 1)
    proxy.reset()
    await seen('open', 2)
    await connection.close(1000)
    await server.waitFor(({ connections }) => connections.length === 0)
    expect(made).toHaveLength(2)
    await isClean()
  })

  it.each(['waiting', 'dialling'] as const)('leaves nothing when closed while %s', async (when) => {
    const { server, proxy } = await startLine()
    server.hangHandshake()
    const { environment, isClean } = setUp()
    const { connection, seen } = connectTo(proxy.url, { environment })
    await server.waitFor(({ handshakes }) => handshakes.length === 1)
    if (when === 'waiting') {
      proxy.reset()
      await seen('waiting')
    }
    await connection.close()
    await isClean()
  })

  it('leaves nothing after 300 cycles: 150 of one connection, 150 of new ones', async () => {
    const { server, proxy } = await startLine({ echo: true })
    const warnings = noteWarnings()
    const { environment, isClean } = setUp()
    const listenersBefore = processListeners()
    const one = connect(proxy.url, { environment, lazy: true })
    for (let cycle = 0; cycle < 300; cycle++) {
      const connection = cycle % 2 === 0 ? one : connect(proxy.url, { environment })
      if (connection === one) one.open()
      connection.send('ping')
      await firstValueFrom(connection.messages$)
      expect(await connection.close(1000)).toMatchObject({ code: 1000, wasClean: true, undelivered: [] })
    }
    expect(server.accepted).toBe(300)
    await server.waitFor(({ connections }) => connections.length === 0)
    await waitFor(() => proxy.connections === 0)
    await isClean()
    expect(processListeners()).toEqual(listenersBefore)
    expect(warnings).toEqual([])
  })

  it('leaves nothing after 100 losses', async () => {
    const { server, proxy } = await startLine()
    const { environment, isClean } = setUp()
    const { connection, seen } = connectTo(proxy.url, {
      environment,
      reconnect: { backoff: constant(0), shouldReconnect: () => true },
    })
    for (let loss = 1; loss <= 100; loss++) {
      await seen('open', loss)
      if (loss % 3 === 0) proxy.reset()
      else if (loss % 3 === 1) server.closeAll(1011)
      else connection.reconnect()
    }
    await seen('open', 101)
    await server.waitFor(({ connections }) => connections.length === 1)
    await connection.close(1000)
    await waitFor(() => proxy.connections === 0)
    await isClean()
  })

  it('lets a Node process end by itself', async () => {
    const server = await startServer({ echo: true })
    const child = spawn(
      process.execPath,
      [
        '--conditions=holdfast-source',
        '--import',
        'tsx',
        fileURLToPath(new URL('./short-lived.ts', import.meta.url)),
      ],
      { env: { ...process.env, HOLDFAST_URL: server.url, HOLDFAST_NATIVE: name }, stdio: 'pipe' },
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const [code] = await once(child, 'exit')
    expect({ code, output }).toEqual({ code: 0, output: 'hello' })
    expect(server.messages).toEqual(['hello'])
  })
})
