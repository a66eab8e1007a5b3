import { server } from 'vitest/browser'

/** What the tests run in; `webkit` is WebKitGTK. */
export const host = server.browser as 'chromium' | 'firefox' | 'webkit'

/** What it does by itself that others do not, measured with its own class in Firefox 153 and WebKitGTK 2.50. */
export const quirks = {
  /** The TCP connection of a handshake that hangs stays for minutes after its socket was closed, and it has six to a host. */
  keepsHungHandshakes: host === 'firefox',
  /** After each failure the next dial to the same place waits half as long again, from 0.3 s to a minute. */
  holdsDialsBack: host === 'firefox',
  /** After a code that a server must not send, `wasClean` is the one or the other. */
  isUndecided: host === 'firefox',
  /** Relative URLs are of the page, whatever its `<base>` says. */
  ignoresBase: host === 'firefox',
  /** It takes whatever it is given, at once, and says that it has left. */
  hidesItsBuffer: host === 'webkit',
  /** What it is given may all have left before a line that stalls shows: the buffers below it are larger. */
  buffersBelow: host !== 'chromium',
  /** A Blob of a worker that was ended just after it was stored can, now and then, not be read. */
  losesStoredBlobs: host === 'webkit',
  /** Where it is busy it passes over a Blob that it cannot read, sends what is behind, and ends then. */
  passesOverFiles: host === 'firefox',
  /** It has no file system of a page's own. */
  hasNoFiles: host === 'webkit',
  /** 1012 to 1014 are 1006 to it. */
  refusesNewCodes: host === 'webkit',
} as const
