// Makes a ref that follows a part of the client. Called by every composable that reads; subscribes on no server.
import { getCurrentInstance, onMounted, type ShallowRef, shallowRef, watch } from 'vue'
import type { Unsubscribe } from '../client/types.ts'

/** A part of the client that changes. */
export interface Source<T> {
  /** Returns the current value; the same object until it changes. */
  readonly now: () => T
  /** Returns the hydrated value. */
  readonly hydrated: () => T
  readonly listen: (run: () => void) => Unsubscribe
}

/**
 * Returns a ref that follows a source, and switches when `toSource` returns another one. Inside a component it subscribes when
 * the component is mounted, which never happens on a server; elsewhere at once. It unsubscribes with its scope. During
 * hydration it keeps the value that the server rendered.
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
