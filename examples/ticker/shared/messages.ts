/** The newest price of one symbol. */
export interface Quote {
  readonly type: 'quote'
  /** The id of the symbol's group, which is a channel. */
  readonly group: string
  readonly symbol: string
  /** In cents. */
  readonly price: number
  /** Grows with every quote: whoever has this one has missed nothing before it. */
  readonly seq: number
  /** When the price was made, epoch ms. */
  readonly at: number
}

/** All that the server says. */
export type FeedMessage = Quote | { readonly type: 'pong' }

/** All that a page says. */
export type Ask =
  | { readonly type: 'subscribe'; readonly group: string }
  | { readonly type: 'resume'; readonly group: string; readonly after: number }
  | { readonly type: 'unsubscribe'; readonly group: string }
  | { readonly type: 'ping' }

/** The path of the feed's WebSocket. */
export const FEED_PATH = '/feed'
/** `POST` here to cut every connection of the feed. */
export const CUT_PATH = '/cut'
