// Opens the shop in Chromium and reads its page.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type RunningShop, startShop } from '../../examples/shop/server/start-shop.ts'
import { doorAliases, root } from '../../scripts/doors.ts'
import { launchChromium } from '../browser/chromium.ts'

/** One half of the shop's page. */
export interface Half {
  add(name: string): Promise<void>
  /** The cart, as `name quantity`. */
  cart(): Promise<string[]>
  readonly root: Locator
}

/** A tab with the shop. */
export interface ShopTab {
  readonly page: Page
  readonly react: Half
  readonly vue: Half
  press(name: string): Promise<void>
  /** What the board has said since the tab was opened, the last first. */
  sentences(): Promise<string[]>
}

/** The running shop and a browser, for one test file. */
export interface ShopStage {
  /** Opens a tab of the test's visitor. */
  open(): Promise<ShopTab>
  /** A browser elsewhere, with cookies of its own. */
  openElsewhere(): Promise<Page>
  /** Where the shop is, and the folder with its database. */
  where(): { readonly url: string; readonly folder: string }
  /** Ends the server, as Ctrl-C does. */
  stop(): Promise<void>
  /** Starts it again on the same port and file. */
  start(): Promise<void>
}

/** Starts a shop on a port, 0 for any, with its database in a folder. */
export type StartShop = (place: { readonly folder: string; readonly pageFolder: string; readonly port: number }) => Promise<RunningShop>

const startOnNode: StartShop = ({ folder, pageFolder, port }) =>
  startShop({ store: join(folder, 'shop.sqlite'), pageFolder, host: '127.0.0.1', port })

const shopFolder = join(root, 'examples/shop')

function toHalf(page: Page, id: string): Half {
  const half = page.locator(id)
  return {
    root: half,
    add: (name) => half.getByRole('button', { name: `Add: ${name}` }).click(),
    // In one step: between two looks an item may go, and a locator would wait for it to come back.
    cart: () =>
      half.locator('.cart-item').evaluateAll((items) => {
        const text = (item: Element, part: string): string => item.querySelector(part)?.textContent ?? ''
        return items.map((item) => `${text(item, '.cart-name')} ${text(item, '.cart-quantity')}`)
      }),
  }
}

/** A 4xx of the protocol and a server that is down are in the browser's console whatever a page does about them. */
const isOfTheBrowser = (text: string): boolean => text.startsWith('Failed to load resource')

/** Builds the shop and starts it on a free port with a file of its own. After each test the page must not have complained. */
export function setShopStage(startServer: StartShop = startOnNode): ShopStage {
  let folder: string
  let browser: Browser
  let context: BrowserContext | undefined
  let elsewhere: Page | undefined
  let shop: RunningShop
  let complaints: string[] = []

  const start = async (port: number): Promise<void> => {
    shop = await startServer({ folder, pageFolder: join(folder, 'page'), port })
  }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sojourn-shop-'))
    await build({
      configFile: join(shopFolder, 'vite.config.ts'),
      resolve: { alias: doorAliases(process.env.SOJOURN_DIST ? 'file' : 'source') },
      build: { outDir: join(folder, 'page'), emptyOutDir: true },
      logLevel: 'silent',
    })
    await start(0)
    browser = await launchChromium()
  })
  afterEach(async () => {
    await context?.close()
    await elsewhere?.context().close()
    context = elsewhere = undefined
    const seen = complaints
    complaints = []
    expect(seen).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await shop?.close()
    await rm(folder, { recursive: true, force: true })
  })

  return {
    async open() {
      context ??= await browser.newContext()
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('console', (message) => {
        const isComplaint = ['error', 'warning'].includes(message.type()) && !isOfTheBrowser(message.text())
        if (isComplaint) complaints.push(message.text())
      })
      await page.goto(shop.url)
      return {
        page,
        react: toHalf(page, '#react-half'),
        vue: toHalf(page, '#vue-half'),
        press: (name) => page.locator('#board').getByRole('button', { name, exact: true }).click(),
        sentences: () => page.locator('.sentence').allTextContents(),
      }
    },
    async openElsewhere() {
      elsewhere ??= await (await browser.newContext()).newPage()
      return elsewhere
    },
    where: () => ({ url: shop.url, folder }),
    stop: () => shop.close(),
    start: () => start(Number(new URL(shop.url).port)),
  }
}
