import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { freePort } from '../support/free-port.ts'
import type { Browser, Engine, Missing } from './engine.ts'
import { Session, SessionTab, untilReady } from './webdriver.ts'

/*
 * WebKitGTK by its own driver, on a screen that nobody sees: no Safari, and the nearest to it that there is here. The
 * browser that comes with the driver forgets everything at its end, and says nothing of what goes wrong in a page when it
 * is driven. So the same engine is given a window by webkit-browser.py, with a disk and a console.
 */

const SCREEN = '1300x1000x24'
const script = join(import.meta.dirname, 'webkit-browser.py')
const unknownWords =
  /Unrecognized Content-Security-Policy directive 'manifest-src'|Viewport argument key "interactive-widget" not recognized/
const PYTHON = '/usr/bin/python3'

/** Debian’s driver, or the one the caller names. */
export function findWebKit(named: string | undefined): Engine | Missing {
  const name = 'WebKitGTK'
  const driver = named ?? '/usr/bin/WebKitWebDriver'
  const parts = [
    { what: driver, isThere: existsSync(driver), from: 'webkit2gtk-driver' },
    { what: '/usr/bin/Xvfb', isThere: existsSync('/usr/bin/Xvfb'), from: 'xvfb' },
    {
      what: 'WebKit2 4.1 for Python',
      isThere: existsSync(PYTHON) && spawnSync(PYTHON, [script, '--look']).status === 0,
      from: 'python3-gi gir1.2-webkit2-4.1',
    },
  ]
  const lacking = parts.find(({ isThere }) => !isThere)
  if (lacking !== undefined)
    return { name, why: `${lacking.what} is not there (apt-get install ${lacking.from})` }
  const found = `libwebkit2gtk-4.1, on a screen of Xvfb, by ${driver}`
  return { name, found, start: (disk) => startWebKit(driver, disk) }
}

async function startWebKit(driver: string, disk: string): Promise<Browser> {
  mkdirSync(disk, { recursive: true })
  const said = join(disk, 'console.txt')
  const screen = spawn('/usr/bin/Xvfb', ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const env = environmentOf(await displayOf(screen))
  const port = await freePort()
  // A group of its own, so that the browser and its processes end with it.
  const driving = spawn(driver, [`--port=${port}`], { stdio: 'ignore', env, detached: true })
  const address = `http://127.0.0.1:${port}`
  await untilReady(address)
  const { session, version } = await Session.begin(address, {
    'webkitgtk:browserOptions': { binary: PYTHON, args: [script, disk, said] },
  })
  let isFirst = true
  return {
    version,
    async tab() {
      const handle = isFirst ? await session.ask<string>('GET', '/window') : await newTab(session)
      isFirst = false
      return new SessionTab(session, handle)
    },
    faults: () => readFileSync(said, 'utf8').split('\n').filter(isFault),
    async cutPower() {
      await ended(driving, (pid) => process.kill(-pid, 'SIGKILL'))
      await ended(screen, (pid) => process.kill(pid, 'SIGTERM'))
    },
  }
}

async function newTab(session: Session): Promise<string> {
  const { handle } = await session.ask<{ handle: string }>('POST', '/window/new', { type: 'tab' })
  return handle
}

/**
 * What a relay refuses, or a network that is gone, is on the console of every browser, whatever is made of it; and this one
 * says of two words of the page, exactly these, that it does not know them.
 */
function isFault(line: string): boolean {
  return /CONSOLE .*ERROR /.test(line) && !/CONSOLE NETWORK ERROR/.test(line) && !unknownWords.test(line)
}

/** Pictures are drawn without a graphics processor, and root has no right to the engine’s sandbox. */
function environmentOf(display: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DISPLAY: `:${display}`,
    GDK_BACKEND: 'x11',
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
    ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
  }
}

function displayOf(screen: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const line = screen.stdio[3] as Readable
    line.once('data', (text) => resolve(String(text).trim()))
    screen.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)))
  })
}

async function ended(child: ChildProcess, end: (pid: number) => void): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const over = new Promise((resolve) => child.once('exit', resolve))
  end(child.pid)
  await over
}
