import { inspect } from 'node:util'
import fc from 'fast-check'
import { merge } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { connect, firstMessage, logger, queryParameter, subprotocol, tokenCarrier } from './index.ts'
import { fakeServer, virtualClock } from './testing/index.ts'
import { ReconnectingWebSocket, type TokenCarrier, type WebSocketOptions } from './websocket.ts'

/** Has what is encoded in a query, in a subprotocol and in JSON, and differently in base64 and base64url. */
const TOKEN = 'mÄrk er/???>>>&"='
const BASE64 = Buffer.from(TOKEN).toString('base64')
const BASE64_URL = Buffer.from(TOKEN).toString('base64url')

const FORMS = [
  TOKEN,
  encodeURIComponent(TOKEN),
  encodeURI(TOKEN),
  new URLSearchParams({ '': TOKEN }).toString().slice(1),
  JSON.stringify(TOKEN).slice(1, -1),
  BASE64,
  BASE64.replaceAll('=', ''),
  BASE64_URL,
]

const formsIn = (text: string) => FORMS.filter((form) => text.includes(form))

const inBand = (create: (token: string) => unknown) =>
  firstMessage({
    create,
    accepted: (message) => message === 'welcome',
    refused: (message) => message === 'go-away',
  })

const fails = (): never => {
  throw new Error(`bad ${FORMS.join(', ')}`)
}

const CARRIERS: [name: string, via: TokenCarrier, travels: boolean][] = [
  ['queryParameter', queryParameter(), true],
  ['subprotocol', subprotocol(), true],
  ['firstMessage', inBand((token) => `sign in ${token}`), true],
  [
    'a path, and a message that renews it',
    tokenCarrier({
      handshake: ({ url, protocols }, token) => ({ url: `${url}${encodeURIComponent(token)}`, protocols }),
      signIn: { create: (token) => token, accepted: (message: unknown) => message === 'welcome' },
    }),
    true,
  ],
  ['a carrier that throws it', tokenCarrier({ handshake: fails }), false],
  ['a first message that throws it', inBand(fails), false],
  ['a first message that cannot be encoded', inBand((token) => ({ token })), false],
  [
    'a carrier that makes a bad URL of it',
    tokenCarrier({ handshake: ({ protocols }, token) => ({ url: `wss://${token} x`, protocols }) }),
    false,
  ],
  [
    'a carrier that makes a fragment of it',
    tokenCarrier({
      handshake: ({ url, protocols }, token) => ({ url: `${url}#${encodeURIComponent(token)}`, protocols }),
    }),
    false,
  ],
  [
    'a carrier that makes a bad subprotocol of it',
    tokenCarrier({ handshake: ({ url }, token) => ({ url, protocols: [`${BASE64_URL},${token}`] }) }),
    false,
  ],
]

type Step =
  | { do: 'advance'; ms: number }
  | { do: 'end'; code: number; isClean: boolean }
  | { do: 'say'; text: 'welcome' | 'go-away' | 'hello' }
  | { do: 'dials'; answer: 'accept' | 'hang' | 'refuse' }
  | { do: 'token'; answer: 'comes' | 'throws' | 'hangs' }
  | { do: 'open' | 'reconnect' | 'handover' | 'send' | 'breakSocket' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(1, 2, 1_000, 10_000, 40_000) }),
  fc.record({ do: fc.constant('say'), text: fc.constantFrom('welcome', 'go-away', 'hello') }),
  fc.record({
    do: fc.constant('end'),
    code: fc.constantFrom(1001, 1006, 1008, 4401, 4403),
    isClean: fc.boolean(),
  }),
  fc.record({ do: fc.constant('dials'), answer: fc.constantFrom('accept', 'hang', 'refuse') }),
  fc.record({ do: fc.constant('token'), answer: fc.constantFrom('comes', 'throws', 'hangs') }),
  fc.record({ do: fc.constantFrom('open', 'reconnect', 'handover', 'send', 'breakSocket') }),
)

/** The message that renews it is quoted by the native class. */
const RENEWED_IN_VAIN: Step[] = [
  { do: 'say', text: 'welcome' },
  { do: 'breakSocket' },
  { do: 'advance', ms: 40_000 },
]

interface Client extends Pick<ReconnectingWebSocket, 'open' | 'reconnect' | 'send' | 'close'> {
  /** All that there is to be read of it now. */
  readonly look: () => unknown
}

type Tell = (what: unknown) => void

function connected(url: string, options: Pick<WebSocketOptions, 'auth' | 'environment'>, tell: Tell): Client {
  const connection = connect(url, options)
  const { state$, events$, errors$, messages$ } = connection
  merge(state$, events$, errors$, messages$).subscribe(tell)
  events$.subscribe(logger(tell))
  return {
    open: () => connection.open(),
    reconnect: (reason, how) => connection.reconnect(reason, how),
    send: (data) => connection.send(data),
    close: () => void connection.close().then(tell, tell),
    look: () => {
      const { url, protocol, extensions, state, outbox } = connection
      return { url, protocol, extensions, state, outbox }
    },
  }
}

function classed(url: string, options: Pick<WebSocketOptions, 'auth' | 'environment'>, tell: Tell): Client {
  const line = logger(tell)
  const onEvent: WebSocketOptions['onEvent'] = (event) => {
    tell(event)
    line(event)
  }
  const socket = new ReconnectingWebSocket(url, [], { ...options, onEvent })
  socket.addEventListener('open', tell)
  socket.addEventListener('error', tell)
  socket.addEventListener('message', ({ data, origin }) => tell([data, origin]))
  socket.addEventListener('close', ({ code, reason }) => tell([code, reason]))
  return Object.assign(socket, {
    look: () => [socket.url, socket.protocol, socket.extensions, socket.state],
  })
}

/** What a client has told, and what has left it, after all that a server does to it. */
async function suffer(create: typeof connected, via: TokenCarrier, steps: readonly Step[]) {
  const clock = virtualClock()
  const server = fakeServer(/^/, { clock, latency: 1 })
  const told: unknown[] = []
  const tell: Tell = (what) => told.push(what)
  let answer: 'comes' | 'throws' | 'hangs' = 'comes'
  const token = () => {
    if (answer === 'throws') throw new Error('There is none.')
    if (answer === 'hangs') return new Promise<never>(() => undefined)
    return { value: TOKEN, expiresAt: clock.now() + 60_000 }
  }
  const environment = {
    ...clock.environment,
    WebSocket: server.WebSocket,
    random: () => 0.5,
    reportError: tell,
  }
  const client = create('wss://fake.test/', { auth: { token, via, renewBy: 'handover' }, environment }, tell)

  function take(step: Exclude<Step, { do: 'advance' }>): void {
    switch (step.do) {
      case 'end':
        return step.isClean && step.code !== 1006 ? server.close(step.code) : server.drop(step.code)
      case 'say':
        return server.send(step.text)
      case 'dials':
        return server[step.answer]()
      case 'token':
        answer = step.answer
        return
      case 'handover':
        return client.reconnect('', { handover: true })
      case 'send':
        return client.send('hello')
      case 'breakSocket':
        for (const { socket } of server.live) {
          socket.send = (data) => {
            throw new Error(`cannot send ${data}, ${encodeURIComponent(String(data))}`)
          }
        }
        return
      default:
        return client[step.do]()
    }
  }

  for (const step of steps) {
    try {
      if (step.do === 'advance') await clock.advance(step.ms)
      else take(step)
    } catch (error) {
      tell(error)
    }
    tell(client.look())
  }
  client.close()
  await clock.advance(20_000)
  tell(client.look())
  const left = [server.messages, server.connections.map(({ url, protocols }) => [url, protocols])]
  return { told: print(told), left: print(left) }
}

const print = (value: unknown) =>
  inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null })

describe.each([
  ['connect()', connected],
  ['ReconnectingWebSocket', classed],
])('a token of %s', (_, create) => {
  it.each(CARRIERS)(
    'is nowhere to be seen, in no form, whatever the server does: %s',
    async (_, via, travels) => {
      const fine = await suffer(create, via, [{ do: 'advance', ms: 2 }])
      expect(formsIn(fine.left).length > 0).toBe(travels)
      const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { told } = await suffer(create, via, [{ do: 'advance', ms: 2 }, ...steps])
        expect(formsIn(told)).toEqual([])
      })
      await fc.assert(property, { numRuns: 50, examples: [[RENEWED_IN_VAIN]] })
    },
  )
})
