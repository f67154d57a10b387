// Formats prices and times of day.

const format = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })

/** Cents as a price. */
export const toPrice = (cents: number): string => format.format(cents / 100)

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** A time of day. */
export const toTime = (date: Date): string => time.format(date)
