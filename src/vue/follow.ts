// Makes a ref that follows a part of the client. Called by every composable that reads; subscribes on no server.
import { getCurrentInstance, onMounted, type ShallowRef, shallowRef, watch } from 'vue'
import type { Unsubscribe } from '../client/types.ts'

/** Something that changes, as the client offers it. */
export interface Source<T> {
  /** What it is now; the same object until it changes. */
  readonly now: () => T
  /** What was hydrated. */
  readonly hydrated: () => T
  readonly listen: (run: () => void) => Unsubscribe
}

/**
 * A ref that follows a source, and another one where `toSource` comes to give another. In a component it begins when
 * the component is mounted, which never happens on a server; in a scope of its own at once. It ends with its scope.
 * While a server's page is hydrated it stays at what that page shows.
 */
export function follow<T>(toSource: () => Source<T>): { readonly value: Readonly<ShallowRef<T>>; readonly refresh: () => void } {
  const instance = getCurrentInstance()
  // Only a component that is being hydrated has an element before it was rendered.
  const value = shallowRef(instance?.vnode.el ? toSource().hydrated() : toSource().now())
  const refresh = (): void => {
    value.value = toSource().now()
  }
  const begin = (): void => {
    watch(
      toSource,
      (source, _, onCleanup) => {
        onCleanup(source.listen(refresh))
        refresh()
      },
      { immediate: true, flush: 'sync' },
    )
  }
  if (instance) onMounted(begin)
  else if (typeof window !== 'undefined') begin()
  return { value, refresh }
}
