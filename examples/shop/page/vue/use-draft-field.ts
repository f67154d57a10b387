// Binds one field of the checkout draft to `v-model`.
import { useSessionKey } from 'sojourn/vue'
import { computed, type WritableComputedRef } from 'vue'
import { session } from '../session.ts'

type Draft = ReturnType<(typeof session)['getSnapshot']>['values']['draft']

/** One field of the checkout draft, for `v-model`: the draft itself is frozen, so a change makes a new one. */
export function useDraftField<F extends keyof Draft>(field: F): WritableComputedRef<Draft[F]> {
  const draft = useSessionKey(session, 'draft')
  return computed({
    get: () => draft.value[field],
    set: (value) => {
      draft.value = { ...draft.value, [field]: value }
    },
  })
}
