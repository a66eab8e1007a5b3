// What others do by default, in our words and code: formulas of their documents or sources, not their programs.
// Each is taken as switched on, where it is off by default.
import type { Policy } from './policy.ts'

const ONE_SECOND: Policy = {
  name: 'VueUse, MQTT.js, sockette',
  formula: '1 s',
  source:
    '`autoReconnect.delay` of @vueuse/core 14.4.0, `reconnectPeriod` of mqtt 5.16.0, `timeout` of sockette 2.0.6',
  delays: () => () => 1_000,
}

const FIVE_SECONDS: Policy = {
  name: 'STOMP.js',
  formula: '5 s',
  source: '`reconnectDelay` of @stomp/stompjs 7.5.0',
  delays: () => () => 5_000,
}

const REACT_USE_WEBSOCKET: Policy = {
  name: 'react-use-websocket',
  formula: '5 s, 20 times',
  source: 'README of 4.13.0: `reconnectInterval`, `reconnectAttempts`',
  delays: () => (attempt) => (attempt > 20 ? Infinity : 5_000),
}

const PARTYSOCKET: Policy = {
  name: 'partysocket',
  formula: '3 s, times 1.3 up to 10 s',
  source:
    '1.3.0, as it runs (its README still tells the draw of reconnecting-websocket): `minReconnectionDelay`, `reconnectionDelayGrowFactor`, `maxReconnectionDelay`',
  delays: () => (attempt) => Math.min(10_000, 3_000 * 1.3 ** (attempt - 1)),
}

/** Its one draw is made when the module is loaded: once for each client of a crowd. */
const RECONNECTING_WEBSOCKET: Policy = {
  name: 'reconnecting-websocket',
  formula: 'evenly from 1 to 5 s, drawn once; times 1.3 up to 10 s',
  source: 'README of 4.4.0, its default values',
  delays: (random) => (attempt, previous) =>
    attempt === 1 ? 1_000 + random() * 4_000 : Math.min(10_000, previous * 1.3),
}

const GRAPHQL_WS: Policy = {
  name: 'graphql-ws',
  formula: '1 s, doubling, and evenly 0.3 to 3 s more; 5 times',
  source: '6.4.2: `retryWait`, `retryAttempts` of its `ClientOptions`',
  delays: (random) => (attempt) =>
    attempt > 5 ? Infinity : 1_000 * 2 ** (attempt - 1) + 300 + random() * 2_700,
}

const SOCKET_IO: Policy = {
  name: 'Socket.IO',
  formula: '1 s, doubling, by a random half more or less, up to 5 s',
  source:
    'socket.io-client 4.8: `reconnectionDelay`, `reconnectionDelayMax`, `randomizationFactor` of its manager',
  delays: (random) => (attempt) => Math.min(5_000, 1_000 * 2 ** (attempt - 1) * (0.5 + random())),
}

const CENTRIFUGE: Policy = {
  name: 'centrifuge',
  formula: '0.5 s and evenly 0 to 0.5 s more, this doubling; up to 20 s',
  source: '5.8.0: `minReconnectDelay`, `maxReconnectDelay` of its options, and its backoff',
  delays: (random) => (attempt) =>
    Math.min(20_000, 500 + random() * Math.min(20_000, 500 * 2 ** (attempt - 1))),
}

const PHOENIX_STEPS = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000]
const PHOENIX: Policy = {
  name: 'Phoenix',
  formula: '10, 50, 100, 150, 200, 250, 500 ms, 1 s, 2 s, then 5 s',
  source: '1.8.16: `reconnectAfterMs` of its `Socket`',
  delays: () => (attempt) => PHOENIX_STEPS[attempt - 1] ?? 5_000,
}

const Y_WEBSOCKET: Policy = {
  name: 'y-websocket',
  formula: '0.2 s, doubling up to 2.5 s',
  source: '3.1.0: `maxBackoffTime` of its provider',
  delays: () => (attempt) => Math.min(2_500, 100 * 2 ** attempt),
}

const TRPC: Policy = {
  name: 'tRPC',
  formula: '0, then 2 s, doubling up to 30 s',
  source: '@trpc/client 11.25.2: `retryDelayMs` of its `wsLink`',
  delays: () => (attempt) => (attempt === 1 ? 0 : Math.min(30_000, 1_000 * 2 ** (attempt - 1))),
}

export const PEERS: readonly Policy[] = [
  RECONNECTING_WEBSOCKET,
  PARTYSOCKET,
  CENTRIFUGE,
  SOCKET_IO,
  GRAPHQL_WS,
  TRPC,
  PHOENIX,
  Y_WEBSOCKET,
  REACT_USE_WEBSOCKET,
  FIVE_SECONDS,
  ONE_SECOND,
]
