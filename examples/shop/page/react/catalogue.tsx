// The React half's list of goods.
import type { ReactElement } from 'react'
import { goods } from '../../shared/goods.ts'
import { addToCart } from '../actions.ts'
import { toPrice } from '../format.ts'

export function Catalogue(): ReactElement {
  return (
    <ul className="goods" aria-label="Catalogue">
      {goods.map(({ id, name, cents }) => (
        <li key={id} className="good">
          <img className="good-picture" src={`/pictures/${id}.svg`} width={120} height={90} alt="" />
          <span className="good-name">{name}</span>
          <span className="good-price">{toPrice(cents)}</span>
          <button type="button" className="button good-add" aria-label={`Add: ${name}`} onClick={() => addToCart(id)}>
            Add
          </button>
        </li>
      ))}
    </ul>
  )
}
