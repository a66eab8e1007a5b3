import type { Page } from 'playwright'

/** What Playwright keeps of a page to itself, as far as it is used here. */
interface Kept {
  readonly _connection: {
    toImpl(page: Page): {
      readonly delegate: {
        readonly _mainFrameSession: { readonly _client: { send(method: string): Promise<unknown> } }
      }
    }
  }
}

/**
 * Playwright has Chromium tell it of every WebSocket frame, content and all, whether anybody listens or not: of a flood that
 * takes two thirds of the time. No option ends it; once it has ended, the page's requests are told of no more, either.
 */
export async function leaveUnwatched(page: Page): Promise<void> {
  const { delegate } = (page as unknown as Kept)._connection.toImpl(page)
  await delegate._mainFrameSession._client.send('Network.disable')
}
