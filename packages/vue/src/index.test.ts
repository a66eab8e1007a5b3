import { expect, it } from 'vitest'
import * as api from './index.ts'

it('exports this, and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "holdfast",
      "provideConnection",
      "useChannel",
      "useConnection",
      "useConnectionState",
      "useLastMessage",
      "useMessageHistory",
      "useMessages",
      "useOutbox",
      "useRequest",
      "useWebSocket",
    ]
  `)
})
