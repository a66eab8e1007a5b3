import { type Browser, chromium, type LaunchOptions } from 'playwright'

const PATH = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** The address bar's popups are pages too, loaded with every window: they cost more than all that our tests draw. */
const POPUPS = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup']

/** What Playwright leaves out of its own accord: Chromium heeds the last list alone. */
const BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HttpsUpgrades',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
]

/** Without what it does of its own accord over the network, and as root. */
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** For a Chromium that is started without Playwright. */
export const BARE_CHROMIUM = {
  path: PATH,
  flags: [...FLAGS, '--remote-debugging-port=0', `--disable-features=${POPUPS.join()}`],
} as const

/** For Playwright. */
export const LAUNCH = {
  executablePath: PATH,
  args: [...FLAGS, `--disable-features=${[...BY_PLAYWRIGHT, ...POPUPS].join()}`],
} satisfies LaunchOptions

export function launchChromium(): Promise<Browser> {
  return chromium.launch(LAUNCH)
}
