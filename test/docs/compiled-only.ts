const VIEW = 'a component, or the composables of one: the tests of the binding render them'
const KOREAN = 'the code of the English page, to the letter'
const PAGE = 'needs a page, its events or its database'
const OWN_TESTS = 'a test file by itself'
const PRINTS_NOTHING = 'shows options or a call, and prints nothing'
const UNTOLD = 'prints what only a real server, or an outage, makes of it'
const SERVER = 'the side of the server'
const HOST = 'needs another host or another WebSocket class'
const HALF = 'half of a program: the worker, or its page'

/** Why each ```ts block that is not marked to run is only compiled: the blocks of a page, by number. */
export const COMPILED_ONLY: Readonly<
  Record<string, readonly (readonly [why: string, ...blocks: number[]])[]>
> = {
  'README.ko.md': [[KOREAN, 1, 2]],
  'README.md': [[UNTOLD, 1, 2]],
  'docs/close-codes.md': [[PRINTS_NOTHING, 1]],
  'docs/connection.md': [
    [PRINTS_NOTHING, 1, 2],
    [HOST, 3],
  ],
  'docs/delivery.md': [
    [UNTOLD, 1, 4],
    [PRINTS_NOTHING, 2],
    [SERVER, 3],
    [PAGE, 5],
  ],
  'docs/ko/native-websocket.md': [
    [KOREAN, 4, 5, 6, 7, 9, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31],
  ],
  'docs/ko/start.md': [
    [SERVER, 1],
    [UNTOLD, 3, 5, 7, 9],
  ],
  'docs/liveness.md': [
    [PRINTS_NOTHING, 1],
    [HOST, 3],
  ],
  'docs/migration/partysocket.md': [[UNTOLD, 1, 2]],
  'docs/migration/reconnecting-websocket.md': [[UNTOLD, 1]],
  'docs/migration/vueuse.md': [[VIEW, 1, 2]],
  'docs/native-websocket.md': [
    [UNTOLD, 4, 5, 6, 7, 9, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31],
  ],
  'docs/node.md': [[HOST, 1, 2]],
  'docs/offline.md': [[PAGE, 1, 3]],
  'docs/options.md': [[PRINTS_NOTHING, 1]],
  'docs/react-native.md': [[HOST, 1]],
  'docs/recipes.md': [
    [PAGE, 3, 9],
    [UNTOLD, 4],
    [PRINTS_NOTHING, 8],
  ],
  'docs/sign-in.md': [
    [PRINTS_NOTHING, 1, 2],
    [SERVER, 3],
  ],
  'docs/ssr.md': [[PRINTS_NOTHING, 2]],
  'docs/start.md': [
    [UNTOLD, 4],
    [PRINTS_NOTHING, 5],
  ],
  'docs/stored-outbox.md': [[PAGE, 1, 2, 3]],
  'docs/testing.md': [[OWN_TESTS, 2, 4, 5, 7, 8]],
  'docs/vue.md': [[VIEW, 1, 2, 3, 4, 5]],
  'docs/websocket.md': [
    [PRINTS_NOTHING, 2, 4],
    [UNTOLD, 3],
  ],
  'docs/workers.md': [[HALF, 1, 2, 3, 4, 5]],
  'packages/core/README.md': [[UNTOLD, 1]],
}
