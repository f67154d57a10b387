// Holds that the shop's two halves and its board work, in Chromium.
import { describe, expect, test } from 'vitest'
import { setShopStage } from '../shop/shop-stage.ts'

const stage = setShopStage()

/** What comes in a moment, on a busy machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 10_000, interval: 50 })

/** How often a new visitor fills in the form in two tabs at once. The environment variable SHOP_ROUNDS sets another number. */
const rounds = Number(process.env.SHOP_ROUNDS ?? 1)

describe('the shop', () => {
  test('shows in each half, and in each tab, what was added in another', async () => {
    const [tab, other] = [await stage.open(), await stage.open()]

    await tab.react.add('Enamel mug')
    await soon(tab.vue.cart).toEqual(['Enamel mug 1'])
    await tab.vue.add('Wool blanket')
    await soon(tab.react.cart).toEqual(['Enamel mug 1', 'Wool blanket 1'])
    await soon(other.vue.cart).toEqual(['Enamel mug 1', 'Wool blanket 1'])

    await other.react.root.getByRole('button', { name: 'One less: Enamel mug' }).click()
    await soon(tab.react.cart).toEqual(['Wool blanket 1'])
    await soon(tab.sentences).toContainEqual(expect.stringContaining('Another tab changed cart and lastSeen'))
  })

  test('keeps theme and checkout draft across both halves and a reload', async () => {
    const { page, react, vue } = await stage.open()

    await vue.root.getByRole('button', { name: 'Dark' }).click()
    await react.root.getByLabel('Name', { exact: true }).fill('Ada')
    await vue.root.getByLabel('Town').fill('London')
    await react.root.getByRole('button', { name: 'Next' }).click()
    await vue.root.getByRole('button', { name: 'At the counter' }).click()
    await vue.root.getByRole('button', { name: 'Back' }).click()
    await soon(() => page.locator('[data-pending-count]').textContent()).toBe('0 pending writes')
    await page.reload()

    // The server puts the theme into the page itself, so it is right before any script has run.
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
    expect(await react.root.getByLabel('Town').inputValue()).toBe('London')
    expect(await vue.root.getByLabel('Name', { exact: true }).inputValue()).toBe('Ada')
  })

  test.each(Array.from({ length: rounds }, (_, round) => round + 1))(
    'keeps the name typed in one tab and the town typed in another, both at once by a new visitor (round %i)',
    async () => {
      const [tab, other] = [await stage.open(), await stage.open()]
      await Promise.all([
        tab.react.root.getByLabel('Name', { exact: true }).pressSequentially('Ada Lovelace', { delay: 5 }),
        other.vue.root.getByLabel('Town').pressSequentially('London', { delay: 5 }),
      ])
      for (const { page } of [tab, other]) await soon(() => page.locator('[data-pending-count]').textContent()).toBe('0 pending writes')
      await tab.page.reload()

      for (const { react, vue } of [tab, other]) {
        await soon(() => react.root.getByLabel('Town').inputValue()).toBe('London')
        await soon(() => vue.root.getByLabel('Name', { exact: true }).inputValue()).toBe('Ada Lovelace')
      }
    },
  )

  test('replays a change on what another party had stored first', async () => {
    const { react, vue, press, sentences } = await stage.open()
    await react.add('Enamel mug')
    await soon(sentences).toContainEqual(expect.stringContaining('Commit 1 is acknowledged'))

    await press('Phone adds a lantern')
    await soon(sentences).toContainEqual(expect.stringContaining('your phone put a storm lantern into the cart'))
    await vue.add('Canvas bag')

    await soon(react.cart).toEqual(['Enamel mug 1', 'Storm lantern 1', 'Canvas bag 1'])
    await soon(sentences).toContainEqual(expect.stringContaining('The server had changed the session first (409)'))
    await soon(sentences).toContainEqual(expect.stringContaining('Commit 3 is acknowledged'))
  })

  test('adds once what it sent twice', async () => {
    const { page, react, vue, press, sentences } = await stage.open()

    await press('Lose next answer')
    await react.add('Brass compass')

    await soon(sentences).toContainEqual(expect.stringContaining('did nothing twice'))
    await page.reload()
    expect(await vue.cart()).toEqual(['Brass compass 1'])
  })

  test('sends what was written offline when the network is back', async () => {
    const { page, react, vue, press } = await stage.open()

    await press('Offline')
    await react.add('Enamel mug')
    await vue.add('Field notebook')
    await soon(() => page.locator('#status-words').textContent()).toBe('Offline: writes wait here')
    await soon(() => page.locator('#chips').textContent()).toContain('update cart')
    await press('Offline')

    await soon(() => page.locator('[data-pending-count]').textContent()).toBe('0 pending writes')
    await page.reload()
    expect(await react.cart()).toEqual(['Enamel mug 1', 'Field notebook 1'])
  })

  test('keeps the cart at log-in, empties it with an order and ends at log-out', async () => {
    const { react, vue, sentences } = await stage.open()
    await react.add('Wool blanket')
    await react.root.getByRole('button', { name: 'Log in' }).click()
    await soon(() => vue.root.locator('.account').textContent()).toContain('Logged in as Ada')
    expect(await vue.cart()).toEqual(['Wool blanket 1'])

    await vue.root.getByRole('button', { name: 'Next' }).click()
    await react.root.getByRole('button', { name: 'Order' }).click()
    await soon(() => vue.root.locator('.checkout-order').textContent()).toContain('Order 1 of €62.00')
    expect(await react.cart()).toEqual([])

    await vue.root.getByRole('button', { name: 'Log out' }).click()
    await soon(sentences).toContainEqual(expect.stringContaining('The session has ended'))
    await soon(() => react.root.locator('.half-ticket').textContent()).toBe('no ticket')
  })

  test('takes back what the server refuses', async () => {
    const { page, react, vue, sentences } = await stage.open()
    for (let count = 0; count < 9; count++) await react.add('Enamel mug')
    await soon(() => page.locator('[data-pending-count]').textContent()).toBe('0 pending writes')
    await react.add('Enamel mug')

    await soon(sentences).toContainEqual(expect.stringContaining('at most 9 of one thing'))
    await soon(vue.cart).toEqual(['Enamel mug 9'])
  })

  test('counts the expiry down, and keeps the session when asked to', async () => {
    const { page, react, press, sentences } = await stage.open()
    await react.add('Enamel mug')
    await soon(() => page.locator('#expiry-words').textContent()).toMatch(/^23:59:5\d$/)

    await press('Expires in 20 s')
    await soon(() => page.locator('#expiry-words').textContent()).toMatch(/^00:[12]\d$/)
    await press('Keep it')

    await soon(() => page.locator('#expiry-words').textContent()).toMatch(/^00:[12]\d$/)
    expect(await sentences()).toContainEqual(expect.stringContaining('gave the session 20 seconds more'))
  })

  test('has the cart again after the server was stopped and started', async () => {
    const { page, react, vue } = await stage.open()
    await react.add('Canvas bag')
    await soon(() => page.locator('[data-pending-count]').textContent()).toBe('0 pending writes')

    await stage.stop()
    await vue.add('Enamel mug')
    await stage.start()

    await soon(() => page.locator('[data-pending-count]').textContent()).toBe('0 pending writes')
    await page.reload()
    expect(await vue.cart()).toEqual(['Canvas bag 1', 'Enamel mug 1'])
  })
})
