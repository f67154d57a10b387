// Holds that the shop works on Django: log-in, two tabs, CSRF, in Chromium.
import type { Page, Request } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findDjangos } from '../backends/django-server.ts'
import { addUser, startDjangoShop } from '../shop/django-shop.ts'
import { type ShopTab, setShopStage } from '../shop/shop-stage.ts'

/** What comes in a moment, on a busy machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { interval: 50 })

const account = ({ vue }: ShopTab): Promise<string | null> => vue.root.locator('.account').textContent()
const ticket = ({ react }: ShopTab): Promise<string | null> => react.root.locator('.half-ticket').textContent()
const pending = ({ page }: ShopTab): Promise<string | null> => page.locator('[data-pending-count]').first().textContent()
const acknowledged = (tab: ShopTab) => soon(() => pending(tab)).toBe('0 pending writes')

async function cookies({ page }: ShopTab): Promise<Record<string, string>> {
  return Object.fromEntries((await page.context().cookies()).map(({ name, value }) => [name, value]))
}

async function logIn({ react }: ShopTab, name: string, password: string): Promise<void> {
  await react.root.getByLabel('Your name').fill(name)
  await react.root.getByLabel('Your password').fill(password)
  await react.root.getByRole('button', { name: 'Log in' }).click()
}

/** Logs in by the form of Django's admin, which knows nothing of the client. */
async function logInToAdmin(page: Page, url: string, name: string, password: string): Promise<void> {
  await page.goto(`${url}admin/login/?next=/admin/`)
  await page.locator('[name=username]').fill(name)
  await page.locator('[name=password]').fill(password)
  await page.locator('[type=submit]').click()
  await page.waitForURL(`${url}admin/`)
}

/** Keeps the requests of one method and path in the tab from here on: resolves when there is one, and gives what lets them go. */
async function holdRequests(page: Page, method: string, path: string): Promise<{ held: Promise<Request>; release: () => void }> {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(`**${path}`, async (route) => {
    if (route.request().method() === method) await released
    await route.continue()
  })
  return { held: page.waitForRequest((request) => request.method() === method && request.url().endsWith(path)), release }
}

describe.skipIf(findDjangos().length === 0)('the shop on Django', () => {
  const stage = setShopStage(startDjangoShop)

  test('keeps the anonymous cart through a log-in, with what two tabs write meanwhile', async () => {
    const [tab, other] = [await stage.open(), await stage.open()]
    await tab.react.add('Enamel mug')
    await soon(other.vue.cart).toEqual(['Enamel mug 1'])
    const [before, number] = [await cookies(tab), await ticket(tab)]
    const { held, release } = await holdRequests(tab.page, 'POST', '/log-in')

    await logIn(tab, 'Ada', 'lovelace')
    await held
    await tab.react.add('Wool blanket')
    await other.vue.add('Canvas bag')
    await soon(() => Promise.all([pending(tab), pending(other)])).toEqual(['2 pending writes', '2 pending writes'])
    release()

    await soon(() => Promise.all([account(tab), account(other)])).toEqual(Array(2).fill(expect.stringContaining('Logged in as Ada')))
    await Promise.all([acknowledged(tab), acknowledged(other)])
    const all = ['Canvas bag 1', 'Enamel mug 1', 'Wool blanket 1']
    await soon(async () => (await tab.vue.cart()).sort()).toEqual(all)
    await other.page.reload()
    expect((await other.react.cart()).sort()).toEqual(all)
    expect(await ticket(other)).toBe(number)
    const after = await cookies(tab)
    expect(after['shop-django-session']).not.toBe(before['shop-django-session'])
    expect(after.csrftoken).not.toBe(before.csrftoken)
  })

  test('stores once what was on its way while another page logged in', async () => {
    const tab = await stage.open()
    await tab.react.add('Enamel mug')
    await acknowledged(tab)
    const number = await ticket(tab)
    const { held, release } = await holdRequests(tab.page, 'PATCH', '/session')
    await tab.react.add('Canvas bag')
    await held

    await logInToAdmin(await tab.page.context().newPage(), stage.where().url, 'Ada', 'lovelace')
    release()

    await acknowledged(tab)
    await soon(() => account(tab)).toContain('Logged in as Ada')
    await tab.page.reload()
    expect(await tab.vue.cart()).toEqual(['Enamel mug 1', 'Canvas bag 1'])
    expect(await ticket(tab)).toBe(number)
  })

  test('lets nobody in with another password, nor without the token', async () => {
    const tab = await stage.open()

    await logIn(tab, 'Ada', 'byron')

    await soon(tab.sentences).toContainEqual(expect.stringContaining('did not let you in'))
    expect(await account(tab)).not.toContain('Logged in')
    const data = { name: 'Ada', password: 'lovelace' }
    expect((await tab.page.request.post(`${stage.where().url}log-in`, { data })).status()).toBe(403)
  })

  test('ends in the other tab with a log-out in one', async () => {
    const [tab, other] = [await stage.open(), await stage.open()]
    await tab.react.add('Enamel mug')
    await logIn(tab, 'Ada', 'lovelace')
    await soon(() => account(other)).toContain('Logged in as Ada')

    await tab.vue.root.getByRole('button', { name: 'Log out' }).click()

    await soon(() => Promise.all([ticket(tab), ticket(other)])).toEqual(['no ticket', 'no ticket'])
    await soon(other.vue.cart).toEqual([])
    await soon(other.sentences).toContainEqual(expect.stringContaining('The session has ended'))
    expect(await cookies(other)).not.toHaveProperty('shop-django-session')
  })

  test('ends when the password was changed in the admin of another browser', async () => {
    const { url, folder } = stage.where()
    addUser(folder, 'Grace', 'hopper')
    const tab = await stage.open()
    await tab.react.add('Enamel mug')
    await logIn(tab, 'Grace', 'hopper')
    await soon(() => account(tab)).toContain('Logged in as Grace')

    const admin = await stage.openElsewhere()
    await logInToAdmin(admin, url, 'Grace', 'hopper')
    await admin.goto(`${url}admin/password_change/`)
    await admin.locator('[name=old_password]').fill('hopper')
    for (const name of ['new_password1', 'new_password2']) await admin.locator(`[name=${name}]`).fill('cobol-1959')
    await admin.locator('#content-main [type=submit]').click()
    await admin.waitForURL(`${url}admin/password_change/done/`)
    await tab.press('Look again')

    await soon(() => ticket(tab)).toBe('no ticket')
    expect(await tab.react.cart()).toEqual([])
    await soon(tab.sentences).toContainEqual(expect.stringContaining('The session has ended'))
  })

  test('ends when its time is over, and the next write starts another', async () => {
    const tab = await stage.open()
    await tab.react.add('Enamel mug')
    await acknowledged(tab)
    const number = await ticket(tab)

    await tab.press('Expires in 20 s')
    await soon(() => tab.page.locator('#expiry-words').textContent()).toMatch(/^00:[012]\d$/)
    await expect.poll(() => ticket(tab), { timeout: 50_000 }).toBe('no ticket')

    expect(await tab.vue.cart()).toEqual([])
    await soon(tab.sentences).toContainEqual(expect.stringContaining('Its time was over'))
    await tab.vue.add('Canvas bag')
    await acknowledged(tab)
    await tab.page.reload()
    expect(await tab.react.cart()).toEqual(['Canvas bag 1'])
    expect(await ticket(tab)).not.toBe(number)
  }, 120_000)

  test('counts what two tabs add at once', async () => {
    const tabs = [await stage.open(), await stage.open()]

    await Promise.all(
      tabs.map(async ({ react }) => {
        for (let count = 0; count < 4; count++) await react.add('Enamel mug')
      }),
    )

    await soon(() => Promise.all(tabs.map(({ vue }) => vue.cart()))).toEqual([['Enamel mug 8'], ['Enamel mug 8']])
    await Promise.all(tabs.map(acknowledged))
    await tabs[0]?.page.reload()
    expect(await tabs[0]?.react.cart()).toEqual(['Enamel mug 8'])
  })

  test('shows what ordinary views changed: when it refetches, and at once if a response names the version', async () => {
    const tab = await stage.open()
    await tab.react.add('Enamel mug')
    await acknowledged(tab)

    await tab.press('Phone adds a lantern')
    await soon(tab.sentences).toContainEqual(expect.stringContaining('your phone put a storm lantern into the cart'))
    await tab.press('Look again')
    await soon(tab.vue.cart).toEqual(['Enamel mug 1', 'Storm lantern 1'])

    await tab.react.root.getByRole('button', { name: 'Next' }).click()
    await tab.vue.root.getByRole('button', { name: 'Order' }).click()
    await soon(() => tab.react.root.locator('.checkout-order').textContent()).toContain('Order 1 of €52.00')
    expect(await tab.vue.cart()).toEqual([])
  })
})
