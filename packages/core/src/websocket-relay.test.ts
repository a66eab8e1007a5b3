import { describe, expect, it } from 'vitest'
import { held, storeWith } from '../../../test/unit/storage-of.ts'
import { log, setUp, setUpOpen, URL } from '../../../test/unit/web-socket.ts'
import { memoryOutbox } from './testing/index.ts'
import type { WebSocketOptions } from './websocket.ts'

describe('an event', () => {
  it('of a message is told once, at once, with its data and its origin', async () => {
    const { server, socket } = await setUpOpen()
    const heard: MessageEvent[] = []
    socket.addEventListener('message', (event) => heard.push(event))
    socket.send('1')
    socket.send('2')
    socket.open()
    server.send('x')
    expect(heard.map(({ data, origin }) => [data, origin])).toEqual([['x', 'ws://fake.test']])
  })

  it('of a message does not come while it closes, nor after that', async () => {
    const { server, clock, socket, told } = await setUpOpen()
    const { socket: native } = server.connection
    socket.close()
    native.dispatchEvent(new MessageEvent('message', { data: 'late' }))
    await clock.advance(10)
    expect(told.map(([type]) => type)).toEqual(['open', 'close'])
  })

  it('of an end comes in a task of its own', async () => {
    const { server, clock, socket, told } = await setUpOpen()
    server.drop()
    told.length = 0
    socket.close()
    await Promise.resolve().then(() => undefined)
    expect(told).toEqual([])
    await clock.advance(0)
    expect(told).toEqual([
      ['error', 3],
      ['close', 1006, 3],
    ])
  })

  it('of a handover was clean', async () => {
    const { clock, socket } = await setUpOpen()
    const closes: CloseEvent[] = []
    socket.addEventListener('close', (event) => closes.push(event))
    socket.reconnect('moved', { handover: true })
    await clock.advance(10)
    expect(closes).toMatchObject([{ code: 1000, reason: 'moved', wasClean: true }])
  })

  it('of a dial that failed is an error, whatever the class says of its close', async () => {
    const { Bound, clock, server } = setUp()
    server.hang()
    const told = log(new Bound(URL))
    await clock.advance(1)
    const { socket: native } = server.connection
    native.dispatchEvent(Object.assign(new Event('close'), { code: 1000, reason: '', wasClean: true }))
    expect(told).toEqual([
      ['error', 0],
      ['close', 1000, 0],
    ])
  })

  it('of each life is told as that of the first', async () => {
    const { clock, socket, told } = await setUpOpen()
    for (let life = 0; life < 2; life++) {
      socket.close()
      expect(socket.readyState).toBe(2)
      await clock.advance(10)
      expect(socket.readyState).toBe(3)
      socket.open()
      await clock.advance(10)
    }
    expect(told.map(([type]) => type)).toEqual(['open', 'close', 'open', 'close', 'open'])
  })
})

describe('what is given up', () => {
  it('counts after the end, until a new life begins: what waited then, and what is sent since', async () => {
    const { Bound, clock, server } = setUp({ queue: { ttl: 1_000 } })
    server.hang()
    const socket = new Bound(URL)
    socket.send('expired')
    await clock.advance(1_000)
    expect(socket.bufferedAmount).toBe(0)
    socket.send('waits')
    socket.close()
    await clock.advance(10)
    socket.send('häh')
    expect([socket.readyState, socket.bufferedAmount]).toEqual([3, 9])
    server.accept()
    socket.open()
    await clock.advance(10)
    expect([socket.readyState, socket.bufferedAmount, server.messages]).toEqual([1, 0, []])
  })

  it('counts no longer in a new life that was begun before the end was told', async () => {
    const { socket, server, clock } = await setUpOpen()
    socket.close()
    socket.send('late')
    socket.open()
    await clock.advance(50)
    socket.send('x')
    await clock.advance(50)
    expect([socket.readyState, socket.bufferedAmount, server.messages]).toEqual([1, 0, ['x']])
  })

  it('counts no longer where a storage tells of it in the next life', async () => {
    const store = await storeWith('four')
    const { storage, release } = held(memoryOutbox(store))
    const { Bound, clock } = setUp({ queue: { storage } })
    const socket = new Bound(URL)
    await clock.advance(5)
    socket.close()
    await clock.advance(3_100)
    socket.open()
    await clock.advance(20)
    release()
    await clock.until(() => store.size === 0)
    await clock.advance(10)
    expect([socket.readyState, socket.bufferedAmount]).toEqual([1, 0])
  })

  it('to a native socket that is closing still counts over the next one, and ends nothing', async () => {
    const { socket, server, clock, told } = await setUpOpen({ queue: false })
    server.close(4000, '', { events: 'none' })
    socket.send('four')
    server.drop(4000)
    await clock.advance(1_001)
    expect([socket.readyState, socket.bufferedAmount]).toEqual([1, 4])
    expect(told).toEqual([
      ['open', 1],
      ['error', 0],
      ['close', 4000, 0],
      ['open', 1],
    ])
  })
})

describe('onEvent', () => {
  it('tells what may be lost and what is dropped, with the messages, and by which socket', async () => {
    const told: unknown[] = []
    const onEvent: WebSocketOptions['onEvent'] = (event, by) => {
      if (event.type === 'unconfirmed') told.push([event.type, event.messages, by])
      if (event.type === 'dropped') told.push([event.type, event.message, event.reason, by])
    }
    const { server, clock, socket } = await setUpOpen({ queue: { ttl: 500 }, onEvent })
    socket.send('written')
    server.stall()
    server.drop()
    socket.send('waits too long')
    await clock.advance(501)
    socket.send('never sent')
    socket.close()
    expect(told).toEqual([
      ['unconfirmed', ['written'], socket],
      ['dropped', 'waits too long', 'expired', socket],
      ['dropped', 'never sent', 'closed', socket],
    ])
  })

  it('tells what the queue never took: of a full one, and after the end', async () => {
    const told: unknown[] = []
    const onEvent: WebSocketOptions['onEvent'] = (event, by) => {
      if (event.type === 'dropped') told.push([event.message, event.reason, event.bytes, event.at, by])
    }
    const { server, clock, socket } = await setUpOpen({ queue: { maxMessages: 1 }, onEvent })
    server.drop()
    socket.send('kept')
    socket.send('grüße')
    expect(told).toEqual([['grüße', 'overflow', 7, clock.now(), socket]])
    const buffer = new Uint8Array([1, 2, 3])
    socket.send(buffer)
    buffer.fill(0)
    expect(told[1]).toEqual([new Uint8Array([1, 2, 3]), 'closed', 3, clock.now(), socket])
    expect(socket.bufferedAmount).toBe(4 + 7 + 3)
  })

  it('is told of what is sent within an event after that event, and it is counted at once', async () => {
    const told: string[] = []
    const amounts: number[] = []
    const { server, clock, socket } = await setUpOpen({
      reconnect: false,
      onEvent: (event) => {
        told.push(event.type)
        if (event.type !== 'lost') return
        socket.send('late')
        amounts.push(socket.bufferedAmount)
      },
    })
    told.length = 0
    server.drop()
    await clock.advance(10)
    expect(amounts).toEqual([4])
    expect(socket.bufferedAmount).toBe(4)
    expect(told).toEqual(['lost', 'state', 'dropped'])
  })

  it('may throw: that is reported, and changes nothing else', async () => {
    const onEvent = (): never => {
      throw new Error('mine')
    }
    const { told, reported } = await setUpOpen({ onEvent })
    expect(told).toEqual([['open', 1]])
    expect(reported).toContainEqual(expect.objectContaining({ code: 'HANDLER', cause: new Error('mine') }))
  })

  it('is checked before anything is dialled', async () => {
    const { Bound, clock, server } = setUp()
    const onEvent = 'console.log' as never
    expect(() => new Bound(URL, [], { onEvent })).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }))
    await clock.advance(10)
    expect(server.connections).toHaveLength(0)
  })
})

describe('a full queue', () => {
  it('ends it with error and close, counts what it discards, and keeps what is queued', async () => {
    const { Bound, clock, server, reported } = setUp({ queue: { maxMessages: 2 } })
    const socket = new Bound(URL)
    const told = log(socket)
    socket.send('1')
    socket.send('2')
    expect(() => socket.send('three')).not.toThrow()
    expect(told).toEqual([])
    await clock.advance(10)
    expect(told).toEqual([
      ['error', 3],
      ['close', 1006, 3],
    ])
    expect(socket.state).toMatchObject({ by: 'verdict', error: { code: 'OVERFLOW' } })
    expect(socket.bufferedAmount).toBe(7)
    socket.open()
    await clock.advance(1)
    expect([server.messages, socket.bufferedAmount, reported]).toEqual([['1', '2'], 0, []])
  })

  it('drops instead where it is told to', async () => {
    const { Bound, clock, server } = setUp({ queue: { maxMessages: 2, overflow: 'drop-oldest' } })
    const socket = new Bound(URL)
    for (const text of ['1', '2', '3']) socket.send(text)
    await clock.advance(1)
    expect(server.messages).toEqual(['2', '3'])
  })

  it('ends it while it waits between two attempts, too, and no timer is left', async () => {
    const phases: string[] = []
    const { server, clock, socket } = await setUpOpen({
      queue: { maxMessages: 1 },
      onEvent: (event) => {
        if (event.type === 'lost') phases.push(event.close.phase)
      },
    })
    server.drop()
    socket.send('1')
    socket.send('2')
    await clock.advance(100_000)
    expect(socket.readyState).toBe(3)
    expect(phases).toEqual(['open', 'connecting'])
    expect(server.connections).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('ends it while it is open and its peer reads nothing: the close says so', async () => {
    const phases: string[] = []
    const { server, socket } = await setUpOpen({
      queue: { maxMessages: 1, highWaterMark: 1 },
      onEvent: (event) => {
        if (event.type === 'lost') phases.push(event.close.phase)
      },
    })
    server.stall()
    for (const text of ['1', '2', '3']) socket.send(text)
    expect([socket.state.status, phases]).toEqual(['closed', ['open']])
  })
})
