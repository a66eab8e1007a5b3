// Bytes of the import that a user writes, bundled and minified by Vite, as it is and as gzip sends it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { print } from './tools.ts'

const FRAMEWORKS = ['rxjs', 'react', 'react-dom', 'vue'] as const
const PLAIN = "import { connect } from '@holdfast/core'; globalThis.x = connect"
const OURS: readonly (readonly [name: string, code: string])[] = [
  ['holdfast, connect', PLAIN],
  ['holdfast, all of the core', "import * as all from '@holdfast/core'; globalThis.x = all"],
  [
    'holdfast, ReconnectingWebSocket',
    "import { ReconnectingWebSocket } from '@holdfast/core/websocket'; globalThis.x = ReconnectingWebSocket",
  ],
  [
    'holdfast, useWebSocket of React',
    "import { useWebSocket } from '@holdfast/react'; globalThis.x = useWebSocket",
  ],
  [
    'holdfast, useWebSocket of Vue',
    "import { useWebSocket } from '@holdfast/vue'; globalThis.x = useWebSocket",
  ],
  [
    'holdfast, connect with a stored outbox',
    `import { indexedDbOutbox } from '@holdfast/core/storage'; ${PLAIN}; globalThis.y = indexedDbOutbox`,
  ],
]
/** What is not there unless it is imported, by where it is from. */
const PARTS: readonly (readonly [name: string, from: string])[] = [
  ['queryParameter', '@holdfast/core'],
  ['tokenCarrier', '@holdfast/core'],
  ['subprotocol', '@holdfast/core'],
  ['firstMessage', '@holdfast/core'],
  ['decorrelatedJitter', '@holdfast/core'],
  ['binary', '@holdfast/core'],
  ['logger', '@holdfast/core'],
  ['conflate', '@holdfast/core'],
  ['mapBounded', '@holdfast/core'],
  ['toAsyncIterable', '@holdfast/core'],
  ['indexedDbOutbox', '@holdfast/core/storage'],
]
const PEERS: readonly (readonly [name: string, code: string])[] = [
  ['partysocket', "import WebSocket from 'partysocket/ws'; globalThis.x = WebSocket"],
  ['reconnecting-websocket', "import WebSocket from 'reconnecting-websocket'; globalThis.x = WebSocket"],
  ['rxjs webSocket', "import { webSocket } from 'rxjs/webSocket'; globalThis.x = webSocket"],
  ['react-use-websocket', "import useWebSocket from 'react-use-websocket'; globalThis.x = useWebSocket"],
  ['VueUse useWebSocket', "import { useWebSocket } from '@vueuse/core'; globalThis.x = useWebSocket"],
]

// In this folder, where the packages are found.
const folder = mkdtempSync(fileURLToPath(new URL('./size-', import.meta.url)))

async function bundle(code: string, outside: readonly string[]): Promise<string> {
  const entry = `${folder}/entry.js`
  writeFileSync(entry, code)
  const { output } = (await build({
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: entry,
        external: (id) => outside.some((name) => id === name || id.startsWith(`${name}/`)),
      },
    },
  })) as Rolldown.RolldownOutput
  return output.map((file) => (file.type === 'chunk' ? file.code : '')).join('')
}

function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length
}

try {
  const rows = []
  for (const [name, code] of [...OURS, ...PEERS]) {
    const alone = await bundle(code, name === 'rxjs webSocket' ? ['react', 'vue'] : FRAMEWORKS)
    const withRxjs = await bundle(code, ['react', 'react-dom', 'vue'])
    rows.push({
      import: name,
      'minified, bytes': Buffer.byteLength(alone),
      'gzip, bytes': gzipped(alone),
      'gzip with rxjs, bytes': gzipped(withRxjs),
    })
  }
  print('React and Vue are never counted, rxjs only in the last column and for its own webSocket', rows)
  const plain = await bundle(PLAIN, FRAMEWORKS)
  const parts = []
  for (const [name, from] of PARTS) {
    const whole = await bundle(
      `import { ${name} } from '${from}'; ${PLAIN}; globalThis.y = ${name}`,
      FRAMEWORKS,
    )
    parts.push({
      part: name,
      'minified, bytes more': Buffer.byteLength(whole) - Buffer.byteLength(plain),
      'gzip, bytes more': gzipped(whole) - gzipped(plain),
    })
  }
  print('What a part adds to connect: none of them is in it unless it is imported', parts)
} finally {
  rmSync(folder, { recursive: true })
}
